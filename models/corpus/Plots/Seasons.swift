// Seeds, snow, rain and sleep.

let seasons = [
  // A seed.
  Plot(
    """
    fits = land town air
    who = who plants a seed | who waits for a flower | who grows {an plant}
    about = a seed | being patient | a garden | a flower
    plant = sunflower | apple tree | rose | tulip | cherry tree | bean
    when = One day in spring | In March | On the first warm day
    {When}, {friend} gave {hero} a seed. "[Put it in the ground and wait|It needs water, sun and time]," {said friend}. "[Time is the hardest part|Especially time]."
    | {Hero} found a seed in {his} pocket, [small and brown|no bigger than a crumb]. {He} made a hole in the ground, put it in, and sat down in front of it.
    {He} gave it water. {He} waited [an hour|until lunch]. Nothing. "[Hello? Are you asleep?|Come out|Hurry up]," {he} said to the ground.
    ? On the second day, {he} [sang to it|read to it]. On the third day, {he} [shouted|told it a joke]. On the fourth, {he} wanted to dig it up, just to look. "Leave it," {said friend}. "[It is growing down first, where you cannot see it|It is making feet]."
    ? It rained for a week. {Hero} [held an umbrella over it, and then took it away again|looked out of the window every hour].
    And one morning, when {he} had almost forgotten it, there was something green. [It was as small as a fingernail|It was so small that a snail could have stepped on it]. {Hero} lay down on {his} tummy and did not dare to breathe.
    | It was {friend} who saw it first. "[Look down|Do not move]!" There, between {his} feet, stood something [green and tiny|like a green thread]. {Hero} did not dare to breathe.
    ? It got a second leaf, then a third one. [A snail came to eat it. {Hero} talked with the snail for a long time|A cold night came. {Hero} gave it {his} hat]. In summer, it was as tall as {hero}.
    either
    And then it bloomed. {Hero} [called everybody|could not say a word]. "[Did you make that|Did you do that]?" they asked. "[No|It did it itself]," {said hero}. "[I only waited|I gave it water and jokes]."
    or
    In autumn, {he} got a whole handful of new seeds from it. {He} gave one to each friend. "[And now|What do we do now]?" they asked. "[Now you wait|Time is the hardest part]," {said hero}, and had to laugh.
    or
    But when {he} came home one evening, a goat had eaten it, all but the root. {Hero} cried. "[Wait|Give it time]," {said friend}. And in the next spring it came again, twice as strong.
    then
    "Was it hard to wait?" {asked friend}. "[Yes, and I would do it again|The waiting was the best part, but I only know it now]," {said hero}.
    """),

  // Snow.
  Plot(
    """
    fits = land town
    when = One winter morning | In January | On the first day of winter
    who = who sees snow for the first time | who builds a snowman | and a snowman | in the snow | who plays in the snow
    about = snow | a snowman | winter | the first snow
    nose = carrot | banana | old horn | red pepper | stick | pear
    {When}, {hero} looked out of the window and rubbed {his} eyes. [The world was gone|Somebody had painted everything white]. Snow!
    | "It is snowing! It is snowing!" {hero} ran out [in {his} socks|without a hat] and caught a flake with {his} tongue.
    {He} and {friend} rolled a big ball, then a smaller one, then a head. It got [two stones for eyes|two buttons for eyes], a row of nuts for a mouth, and {a nose} for a nose.
    | "Let us build a snowman," {said friend}. "[A big one|One that looks like you]!" They rolled and pushed until they were hot. At last it got {a nose} for a nose.
    "[Something is missing|He looks cold]," {said hero}, and put {his} own {wear} on it. The snowman [looked very pleased|seemed to smile].
    either
    That night, {hero} could not sleep and looked outside. The snowman took off the {wear}, bowed to the moon, and danced! In the morning, it stood there as before. Only one thing was different: the {nose} was on the wrong way around.
    {Hero} told it to {friend}. "You dreamed it," {said friend}. Then {friend} saw the tracks on the pond, and said nothing more.
    or
    A hungry [deer|hare] came by and looked at the {nose}. "[May I?|I have not eaten since Monday]," it said. {Hero} looked at the snowman. And it was as if the snowman nodded. So the nose was eaten, and it got a new one every day.
    By the end of the winter, it had fed half of the forest, and [smiled|was the best friend of everybody].
    or
    Then the sun came, day after day. The snowman got smaller. "[Do not go|Stay]!" {said hero}. {Friend} put an arm around {him}. "[Now it is a brook, then a cloud, and then snow again|It only goes around once]," {said friend}.
    All that was left was the {wear}, {a nose} and a puddle. {Hero} [planted a flower there|put a paper boat on the puddle]. And the next winter, when the first flake fell on {his} nose, {he} said, "[There you are again|Welcome back]."
    then
    wear = scarf | hat | cap
    """),

  // A rainy day.
  Plot(
    """
    fits = dry
    nature = little | young | small | curious
    tags = plain
    who = who is bored | who is bored on a rainy day | on a rainy day | who does not know what to do
    about = a rainy day | being bored | rain
    It rained, and it rained. {Hero} sat at the window and [counted the drops|drew faces on the glass]. "I am bored," {he} said. "[So bored that even my toes are bored|Nothing is fun]."
    | "I am bored!" said {hero} to the wall. [The wall was bored too|The wall did not care]. Outside it was raining cats and dogs.
    {Friend} looked up from a [book|bowl of soup]. "[How lucky you are|I wish I were bored]," {said friend}. "[Good ideas come only when it is boring|Boredom is the waiting room of ideas]." "[Then mine is late|I see no ideas]," {said hero}.
    {He} lay down on the floor and looked at the table from below. Hm. From down there the table looked like [a house|a cave|a ship].
    | Then {he} let {himself} slide from the chair, down to the carpet, and looked around. Everything was different down here. Was that a table? It was more like [a house|a cave|a ship].
    either
    {He} hung a blanket over it. Now it was a ship! "[All on board|Up with the anchor]!" {he} called. {Friend} came with the soup pot on the head and was the captain. The carpet was the sea, and in the sea there were [sharks|forty sharks, because of the forty socks].
    They sailed to [the land of pillows|the moon, which was a lamp]. They had a terrible storm, [and the soup was lost|and a chair went under]. They saved a teddy bear and lived on cookies.
    or
    {He} hung a blanket over it. Now it was a cave! {He} drew animals on big sheets of paper: a cow with six legs, a bird with a hat. {Friend} came in on all fours and drew a hunter who is afraid.
    With a lamp they made shadows on the wall. [The shadows grew and danced|The shadow of a hand was a wolf, and the wolf told jokes]. They did not hear the rain anymore.
    or
    {He} put on boots and went out. "[You will get wet.|In this weather]?" {asked friend}. "That is the idea!" {said hero}. {He} jumped into the first puddle. Splash! Into the second one. SPLASH! Then {friend} was standing there too, with bare feet.
    They built a dam. They had a boat race with leaves. They were so wet that it did not matter anymore. Never was a bath so hot and so good.
    then
    "It has stopped raining," {said friend} at last. {Hero} looked up. "[Already|What a pity|Oh no]!" {he} said. [And they went on playing.|"Maybe it will rain tomorrow," {he} added.]
    """),

  // A picnic.
  Plot(
    """
    fits = land town
    when = One day in summer | One sunny Sunday | On the hottest day of the year
    who = who has a picnic | who goes on a picnic | and a picnic
    about = a picnic | a day outside | summer
    food = @foods
    {When}, {hero} packed a big basket: {food}, [lemonade|a bottle of juice], a big blanket. "[To the picnic|Today we eat outside]!" {he} said, and called {friend} and {other}.
    | {Hero} had planned the picnic for weeks. {Food}, a blanket, songs. {Friend} and {other} carried the basket, {hero} carried the list.
    The first place was too [sunny|windy]. The second place had [thistles|a bull behind the fence]. "[Here|This is the one]!" {said hero} at the third one. They spread the blanket, sat down, and [took the first bite|closed their eyes].
    | They looked at a meadow. It was [wet|full of thistles]. They looked at a wood. It was [dark|full of flies]. And then they came to a place that was just right, and sat down.
    either
    Then the ants came. First one, then ten, then the whole road was black. "My cake is walking away!" {said friend}. {Hero} [jumped up|looked at the list]. There was nothing about ants on the list.
    {Other} looked at them for a while. "[Look how they carry it|They help each other]," {said other}. "That one is pulling a crumb as big as a house." So they put a plate down for the ants, at a little distance. And everybody had a picnic, big ones and small ones.
    or
    Then a drop fell on {his} nose. And another one. And then it poured! "[Under the blanket|Quick]!" {said hero}. Three of them sat under the blanket, knee to knee, and the basket in the middle.
    "[Now we have a house|What a fine roof]," {said friend}. {Other} began to sing. They ate everything up, in the dark under the blanket, and it was so cozy that they stayed under it for an hour.
    or
    Then {hero} looked into the basket. It was empty! There was a hole in it, and all along the way they had come, there lay {food}, every few steps. "[Now we have no picnic|And I carried an empty basket]!" {said other}.
    {Hero} began to laugh. "[We have the longest picnic in the world.|Who says that a picnic must be in one place]?" So they walked home slowly, from one bite to the next, and sat down for each of them.
    then
    "[That was not on the list|It was not as I planned it]," {said hero} in the evening. "[No|Thank goodness]," {said friend}. "[It was much better|Lists do not know everything]."
    """),

  // The well runs dry.
  Plot(
    """
    fits = land town
    when = That summer | In the hot summer | One dry summer
    who = who looks for water | who finds water | and the dry well
    about = water | a dry summer | no rain | not giving up
    {When}, it did not rain for [forty days|two months]. The brook was [a line of stones|gone]. The well {in place} was dry. The leaves rolled up.
    | No rain, no cloud. {When}, everybody {in place} was thirsty. "[We must leave this place|There is no water left]," {said friend}.
    "[There must be water somewhere|I will dig]," {said hero}. {He} took {his} shovel and began, behind the house. {He} dug down to {his} knees. Dust.
    ? "You will find nothing there," {said friend} the next day. {Hero} dug down to {his} shoulders. Stones. "Not yet," {he} said.
    ? {Other} stood at the edge and looked down. "[It is only a hole.|What a fine hole. For what]?" {asked other}.
    ? On the third day, you could see only the [hat|ears] of {hero}. On the fourth, nobody could see {him} at all. [{His} hands were full of blisters|Only the sand flew out].
    | Soon {he} was so deep down that [only the sand came out|they had to shout when lunch was ready]. {His} back hurt. {His} hands hurt.
    Then the shovel [broke|hit a rock]. It was quiet. {Hero} sat down at the bottom of {his} hole, and for the first time {he} wanted to cry. "[That was it|I cannot go on]," {he} thought.
    And then {friend} came down the ladder, with another shovel. "[I was wrong to laugh|I could not watch any longer]," {said friend}. After {friend} came {other}. After {other} came the rest. They passed up the sand in buckets, from hand to hand.
    | Somebody put a hand on {his} shoulder. It was {friend}, with a shovel. "[Move over, it is my turn.|Where do I dig]?" {asked friend}. Behind {friend} stood {other}, and behind {other} stood all the rest, with buckets.
    They rolled away the rock, all together. And under it, very softly: gluck. [A dark spot in the sand|The ground was wet]! Gluck, gluck. Clear, cold water rose around their feet.
    | It took all of them to move the rock. Then they held their breath and listened. Gluck. [It was so soft that they were not sure|A bubble]. Gluck! And there it came, clear and cold.
    They [laughed and threw water at each other|drank out of hats and hands]. [And that same night, it began to rain, as if it had only waited for that.|"A fine hole," {said other}.]
    The well is still there. They call it the well of {hero}.
    """),

  // Cannot sleep.
  Plot(
    """
    fits = dry sky
    tags = night
    friendnature = wise | old | kind | friendly | sleepy
    when = One night | Last night | One summer night
    who = who cannot sleep | who could not sleep | who does not want to go to bed | who is not tired
    about = going to sleep | bedtime | somebody who cannot sleep | a quiet night | the night
    {When}, {hero} could not sleep. {He} lay on the left side. {He} lay on the right side. [{His} eyes stayed open|Sleep did not come].
    | "I am not tired," said {hero}, and yawned. It was late, [the whole world slept|even the owls were quiet], but {he} was wide awake.
    "Count sheep," somebody had told {him}. One, two, three. At [seventeen|forty] the sheep [started to dance|asked what they should do next]. [That did not help|Now {he} was more awake than before].
    So {he} got up and {went} {to place}. There sat {friend}. "{Hello friend} [You too|Can you not sleep either]?" {asked friend}. "[My head is too loud.|Where does one find sleep]?" asked {hero}.
    | Then {he} heard a soft voice outside. It was {friend}. "[Who is awake there?|I hear somebody thinking]," {said friend}. "It is me," {said hero}. "[I have lost my sleep|I am looking for my sleep]."
    "[Sleep is shy|Sleep is like a cat]," {said friend}. "[If you call it, it does not come|If you chase it, it runs away]. [You must do as if you did not want it|You must be very still]."
    ? So they sat side by side and [looked at the moon|listened]. They heard [the water|the grass], far away [a train|a dog]. They heard their own breath, in and out, [in and out|like a small sea].
    "Tell me three good things of today," {said friend} softly. {Hero} thought. "[The smell of bread|The warm stone|The joke at noon]," {he} said. "And [the red cloud|the beetle on my hand]. And that you are here."
    [{His} words got slower and slower|The third one was only half a word]. {His} head got heavy. Something soft came on quiet feet and sat down on {his} eyes. [There it was, the sleep|It must have been the sleep].
    | After that {he} wanted to say one more thing, but it was too far away. {His} eyes [fell shut|closed by themselves]. Sleep had come, on soft paws, and nobody had called it.
    ? {Friend} put {a cover} over {him} and stayed a little. "[Sleep well|Good night]," {said friend}, and [the moon turned down its lamp|a small star nodded].
    In the morning, {hero} woke up and did not know how {he} had come to bed. [And then {he} smiled.|"One: a friend," {he} counted.]
    | When the sun came up, {hero} was in {his} own bed. [Who had carried {him}?|{He} stretched and could not remember the way.]
    cover = blanket | big leaf | warm coat | soft shawl
    """),

  // The shadow.
  Plot(
    """
    fits = land town air
    who = who is followed by a shadow | who is afraid of {his} own shadow | and {his} shadow | who plays with {his} shadow
    about = a shadow | somebody's own shadow
    {When}, {hero} saw that somebody was following {him}. It was black and thin, and it lay on the ground. When {he} stopped, it stopped. When {he} ran, it ran.
    | "Who are you?" {hero} asked. Somebody dark lay on the ground in front of {him} and did not answer. {He} lifted an arm. The dark one lifted an arm.
    "[Go away|Leave me alone]!" {said hero}. {He} jumped over a wall. It jumped too. {He} hid {spot}. It was gone! {He} came out. [There it was again|It was back, longer than before].
    {He} ran all the way to {friend}. "[Help! Somebody is after me|He is there, behind me]!" "{Hello friend} [That is your shadow|I have one too, look]," {said friend}. "[Everybody has one|It cannot do anything without you]."
    "What does it want?" asked {hero}. "[Nothing|To be with you]," {said friend}. "[It is glued to your feet|It is the place where you keep off the sun]." {Hero} looked at it more closely. It [looked back, a bit shyly|had a nice nose].
    ? {Hero} made two ears with {his} fingers. Now the shadow was a hare. {Friend} [flapped with a coat|stretched both arms]. Now there was [an eagle|a dragon] on the ground, and the hare ran away from it.
    ? They played shadow games [all afternoon|until the shadows were as long as trees]. Whoever stepped on the head of the other one had won. [It is not easy to step on a head that runs.|{Hero} won twice.]
    ? Then the sun went down, and the shadow was gone. {Hero} [looked for it|was a little sad]. "[It only went to sleep|The night is the shadow of the whole earth]," {said friend}. "[They all meet there and dance|Tomorrow it will be back]."
    | In the evening, it grew longer and longer, until it lay over the whole field. Then it was gone. "[Where is it|Did it leave]?" asked {hero}. "[It is asleep|Now it is everywhere]. That is the night," {said friend}.
    And the next morning, it lay by the bed and waited. "[Good morning, you|There you are]," {said hero}, and got up, and they both stretched.
    """),
]
