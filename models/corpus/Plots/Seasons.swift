// Seeds, snow, rain and sleep.

let seasons = [
  // A seed.
  Plot(
    """
    fits = land town air
    who = who plants a seed | who waits for a flower | who grows {an plant}
    about = a seed | being patient | patience | a garden | a flower
    plant = sunflower | apple tree | rose | tulip | cherry tree | bean
    when = One day in spring | In March | On the first warm day
    {When}, {friend} gave {hero} a seed. "[Put it in the ground, and it will be|With water, sun and time it will be] {an plant}," {said friend}. "[Time is the hardest part|But it takes time]."
    | {Hero} wanted to have {an plant}. So {he} made a hole in the ground, put [a seed|a small brown seed] in, and sat down beside it.
    | {When}, {hero} planted the seed of {an plant}. "[Now you must wait|Give it time]," {said friend}. "[How long|Until lunch]?" {asked hero}.
    {He} gave it water. {He} waited [an hour|until lunch]. Nothing. "[Hello? Are you asleep?|Come out|Hurry up]," {he} said to the ground.
    | Every day {he} [watered it|brought it water] and looked. The ground [was brown, and brown it stayed|did not move].
    | {He} gave it water and [sang to it|told it a joke]. [Nothing happened|The seed did not answer], not that day and not the next.
    ? At last {he} wanted to dig it up, just to look. "Leave it," {said friend}. "[It is growing down first, where you cannot see it|It is making feet]."
    | "[It does not like me|It is asleep]," {said hero}. "[It grows in the dark first|It is not late, you are early]," {said friend}.
    | Then it rained for a week. {Hero} [looked out every hour|held an umbrella over it, and then took it away again].
    And one morning, there was something green. [It was as small as a fingernail|A snail could have stepped on it]. {Hero} did not dare to breathe.
    | It was {friend} who saw it first. "[Look down|Do not move]!" There stood something [green and tiny|like a green thread].
    | {He} had almost forgotten it. But then, [after a warm night|early one morning], a tiny green leaf [looked out|stood there].
    ? It got a second leaf, then a third one. [In summer, it was as tall as {hero}|A snail came to eat it, and {hero} talked with the snail for a long time].
    | It grew [day and night|faster than {hero}]. [One cold night, {hero} gave it {his} own blanket|Soon a bee sat on it].
    either
    And then it bloomed. {Hero} [called everybody|could not say a word]. "[Did you make that|Did you do that]?" they asked. "[No|It did it itself]," {said hero}. "[I only waited|I only gave it water]."
    or
    In autumn, {he} got a whole handful of new seeds from it. {He} gave one to each friend. "[And now|What do we do now]?" they asked. "[Now you wait|Now comes the hard part]," {said hero}, and had to laugh.
    or
    But when {he} came home one evening, a goat had eaten it, all but the root. {Hero} cried. "[Wait|Give it time]," {said friend}. And in the next spring it came again, twice as strong.
    then
    "Was it hard to wait?" {asked friend}. "[Yes, and I will do it again|It was the best part]," {said hero}.
    | "[Now I know how to wait|It was worth the wait]," {said hero}. [And {he} put the next seed in the ground.|Nobody had ever been so patient.]
    | And {hero} [gave the {plant} a kiss|sat down beside the {plant}]. "[You took your time|Good things take time]," {he} said.
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
    | "It is snowing!" {hero} [cried|shouted], and ran out [in {his} socks|without a hat]. {He} caught a flake [with {his} tongue|and laughed].
    | {When}, everything was white, [the roofs and the trees|even the road]. "[Is that sugar|What is that]?" {asked hero}. It was the first snow.
    {He} and {friend} made a snowman: a big ball, a smaller one, and a head. It got [two stones|two buttons] for eyes and {a nose} for a nose.
    | "Let us build a snowman," {said friend}. "[A big one|One that looks like you]!" They rolled and pushed until they were hot. At last it got {a nose} for a nose.
    | "I want to make a snowman," {said hero}, and {friend} helped. [It got a round tummy|They gave it a big smile], and in its face they put {a nose}.
    "[Something is missing|It looks cold]," {said hero}, and put {his} own {wear} on it. The snowman [looked very pleased|seemed to smile].
    | {Hero} gave it {his} own {wear}, [against the wind|so that it was not cold]. "[Now it is done|How fine it looks]!" {said friend}.
    | "It has no {wear}," {said friend}. So {hero} [took off {his} own {wear}|put {his} {wear} on it]. [How proud the snowman looked!|"Now it is warm," {he} said.]
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
    It rained, and it rained. {Hero} sat at the window and [counted the drops|drew faces on the glass]. "I am bored," {he} said. "[Even my toes are bored|Nothing is fun]."
    | "I am bored!" said {hero} to the wall. [The wall was bored too|The wall did not care]. Outside it [was raining cats and dogs|rained and rained].
    | All day long it had rained. {Hero} had [counted the drops|read every book], and now {he} was bored, [so bored|terribly bored].
    ? {Friend} looked up from a [book|bowl of soup]. "[How lucky you are|Good ideas come when it is boring]," {said friend}. "[Then mine is late|I see no ideas]," {said hero}.
    | "What can I do?" {asked hero}. "[Nothing|Look around]," {said friend}. "[That is how ideas come|Then something will come to you]."
    {He} lay down on the floor and looked at a table from below. It was [much bigger|quite different].
    | Then {he} let {himself} slide down [from the chair|to the carpet] and looked up at a table. [Hm|How big it was]!
    | {He} crawled under a table, [just because|out of boredom], and sat there. [Hm.|It was not bad there.]
    either
    The table looked like a ship! {He} hung a blanket over it. "[All on board|Up with the anchor]!" {he} called. {Friend} came with a soup pot on the head and was the captain. The carpet was the sea, and [the socks were sharks|there were forty sharks in it].
    They sailed to [the land of pillows|the moon, which was a lamp]. In a terrible storm [the soup was lost|a chair went under], and they lived on cookies.
    or
    With a blanket over it, the table was a cave! {He} drew animals on big sheets of paper: a cow with six legs, a bird with a hat. {Friend} came in on all fours and drew a hunter who is afraid.
    With a lamp they made shadows on the wall. [The shadows grew and danced|One was a wolf, and the wolf told jokes]. They did not hear the rain anymore.
    or
    But the table was boring too. So {he} put on boots and went out. "[You will get wet.|In this weather]?" {asked friend}. "That is the idea!" {said hero}, and jumped into a puddle. Splash! Then {friend} was standing there too, with bare feet.
    They built a dam. They had a boat race with leaves. Never was a bath [so hot and so good|as good as the one after that].
    then
    "It has stopped raining," {said friend} at last. "[Already|What a pity|Oh no]!" {said hero}. [And they went on playing.|"Maybe it will rain tomorrow," {he} added.]
    | Later, the sun came out. [Nobody saw it|They did not even look up]. "[What shall we play tomorrow|Are you still bored]?" {asked friend}.
    | When the rain was over, {hero} was [almost sad|a little sorry]. "[I have no time to be bored now|Rain is not so bad]," {he} said.
    """),

  // A picnic.
  Plot(
    """
    fits = land town
    when = One day in summer | One sunny Sunday | On the hottest day of the year
    who = who has a picnic | who goes on a picnic | and a picnic
    about = a picnic | a day outside | summer
    food = @foods
    {When}, {hero} packed a big basket: {food}, [lemonade|a bottle of juice], a blanket. "[To the picnic|Today we have a picnic]!" {he} said, and called {friend} and {other}.
    | {Hero} had planned the picnic for weeks. {Food}, a blanket, songs. {Friend} and {other} carried the basket, {hero} carried the list.
    | "Who will come on a picnic?" {asked hero}. {Friend} brought {food}, {other} brought a basket and a blanket, and [they sang all the way|off they went].
    The first place was too [sunny|windy]. The second place had [thistles|a bull behind the fence]. "[Here|This is the one]!" {said hero} at the third one.
    | They came to a meadow. It was [wet|full of thistles]. They came to a wood. It was [dark|full of flies]. At last they sat down [under a tree|on a hill].
    | "Here?" {asked friend}. "Too [sunny|windy]," {said hero}. "[There, under the tree|There it is just right]!" They sat down [on the blanket|in the grass].
    either
    Then the ants came. First one, then ten, then the whole road was black. "My cake is walking away!" {said friend}. {Hero} [jumped up|did not know what to do].
    {Other} looked at them for a while. "[Look how they carry it|They help each other]," {said other}. So they put a plate down for the ants, at a little distance. And everybody had a picnic, big ones and small ones.
    or
    Then a drop fell on {his} nose. And then it poured! "[Under the blanket|Quick]!" {said hero}. Three of them sat under the blanket, knee to knee, and the basket in the middle.
    "[Now we have a house|What a fine roof]," {said friend}. {Other} began to sing. They ate everything up, in the dark, and it was so cozy that they stayed for an hour.
    or
    Then {hero} looked into the basket. It was empty! There was a hole in it, and all along the way they had come, there lay {food}, every few steps. "[Now we have no picnic|It was an empty basket]!" {said other}.
    {Hero} began to laugh. "[We have the longest picnic in the world.|Who says that a picnic must be in one place]?" So they walked home slowly, from one bite to the next.
    then
    "[I did not plan that|It was not as I planned it]," {said hero} in the evening. "[No|Thank goodness]," {said friend}. "[It was much better|It was more fun]."
    | [On the way home|That evening], they sang. "[The next picnic is at my house|When do we go again?]!" {said other}.
    | "[That was the best picnic of all|I liked that]," {said friend}[, tired and happy|]. "[And nothing went right|And tomorrow again]!" {said hero}.
    """),

  // The well runs dry.
  Plot(
    """
    fits = land town
    when = That summer | In the hot summer | One dry summer
    who = who looks for water | who finds water | and the dry well
    about = water | a dry summer | no rain | not giving up
    {When}, it did not rain for [forty days|two months]. The brook was [a line of stones|gone]. The well {in place} was dry.
    | No rain, no cloud. {When}, the well {in place} was dry. "[We must leave this place|There is no water left]," {said friend}.
    | {When}, the sun burned day after day. The grass was [yellow|like straw], and in the well {in place} there was only [dust|sand].
    "[There must be water somewhere|I will dig]," {said hero}. {He} took {his} shovel and began, behind the house. [Dust|Nothing but sand].
    | {Hero} did not give up. {He} dug a hole, [all morning|until lunch]. {He} dug down to {his} knees. [No water|Dry sand].
    | "I will find water," said {hero}, and [took {his} shovel|began to dig]. {He} dug down to {his} shoulders. [Stones|Dry stones].
    ? "You will find nothing there," {said friend}. "[Not yet|I am not done]," {said hero}, and dug on.
    | {Other} stood at the edge and looked down. "[It is only a hole.|What a fine hole. For what]?" {asked other}.
    On the third day, you could see only the [hat|ears] of {hero}. Then the shovel hit a rock. [{He} wanted to cry|"That was it," {he} thought].
    | Soon {he} was so deep down that [only the sand came out|nobody could see {him}]. But there lay a rock, and {he} could not [lift it|go on].
    | {His} back hurt. At the bottom of the hole was a big rock. {Hero} pushed. It [did not move|was too heavy], and {he} sat down, [very tired|quite alone].
    Then {friend} came down [with another shovel|to {him}]. "[I was wrong|I could not watch any longer]," {said friend}. After {friend} came {other}, and then [all the rest|everybody].
    | Somebody stood beside {him}. It was {friend}. "[Move over, it is my turn.|Where do I dig]?" {asked friend}. Then {other} came too, and [all the others|half of the village].
    | "[Wait, we will help you|You are not alone]!" called {friend}, and came down, and so did {other}, [with a long rope|with many others].
    They rolled away the rock. And under it, very softly: gluck. [A dark spot in the sand|The ground was wet]! Clear, cold water rose around their feet.
    | It took all of them to move the rock. Then they listened. Gluck. [A bubble.|Was that a bubble?] Gluck! And there it came, [clear and cold|the water].
    | "One, two, three!" The rock moved. [Gluck, it went|Something went gluck], and then [water came up|the water was there], cool and clear.
    They [laughed and threw water at each other|drank out of their hats]. [And that same night, it began to rain.|"A fine hole," {said other}.]
    | "Water!" they all shouted, and [danced in it|drank and drank]. ["I am glad that you did not give up," {said friend}.|Nobody was thirsty anymore.]
    | The new well is still there. They call it the well of {hero}.
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
    | {When}, it was [dark|late] and very quiet. Only {hero} was still awake. {He} [turned over ten times|closed {his} eyes], and it did not help.
    ? {He} counted sheep. At [seventeen|forty] the sheep [started to dance|asked what they should do next]. [That did not help|Now {he} was more awake than before].
    So {he} got up and {went} {to place}. There sat {friend}. "{Hello friend} [You too|Can you not sleep either]?" {asked friend}. "[My head is too loud|I cannot find my sleep]," {said hero}.
    | Then {he} heard a soft voice outside. It was {friend}. "[Who is awake there?|I hear somebody thinking]," {said friend}. "It is me," {said hero}. "[I have lost my sleep|I am looking for my sleep]."
    | {Friend} was still awake too. "[I want to sleep, and I cannot.|How does one fall asleep|Do you know where sleep is]?" {asked hero}.
    "[Sleep is shy|Sleep is like a cat]," {said friend}. "[If you call it, it does not come|If you run after it, it runs away]. [You must be very still|Just wait for it]."
    | "You cannot [catch|call] it," {said friend}. "[It comes when you do not look|It comes by itself]. [Sit down here|Listen to the night]."
    | "[Come and sit down|Lie down here]," {said friend}. So they [looked at the moon|listened to the wind], and heard [a train far away|their own breath, in and out].
    "Tell me three good things of today," {said friend} softly. "[The smell of bread|The warm stone|The joke at noon]," {said hero}. "And [the red cloud|the beetle on my nose]. And you."
    | "What was good today?" {asked friend}. {Hero} thought. "[The sun in the morning|The soup at noon]," {he} said. "[And the red cloud|And the song of the birds]. And that you are here."
    | {Friend} told {him} a story, [a long one about a river|about a sheep that counted children]. [It was very slow|It had no end]. {Hero} listened, and yawned.
    {His} head got heavy. Something soft came on quiet feet and sat down on {his} eyes. [There it was, the sleep|It must have been the sleep].
    | {He} wanted to say one more thing, but it was too far away. {His} eyes [fell shut|closed by themselves], and [sleep had come|{he} slept].
    | {His} words got slower and slower, and [the last one was only half a word|then there were none]. {Hero} was asleep.
    ? {Friend} put {a cover} over {him}. "[Sleep well|Good night]," {said friend}, and [the moon turned down its lamp|a small star nodded].
    ? In the morning, {hero} did not know how {he} had come to bed. [And then {he} smiled.|"One: a friend," {he} counted.]
    | When the sun came up, {hero} was in {his} own bed. [Who had carried {him}?|{He} stretched and could not remember the way.]
    cover = blanket | big leaf | warm coat | soft shawl
    """),

  // The shadow.
  Plot(
    """
    fits = land town air
    who = who is followed by a shadow | who is afraid of {his} own shadow | and {his} shadow | who plays with {his} shadow
    about = a shadow | somebody's own shadow
    {When}, {hero} saw that somebody was following {him}. It was black and thin, and it lay on the ground. When {he} stopped, it stopped.
    | "Who are you?" {hero} asked. Somebody dark lay on the ground in front of {him} and did not answer. It [moved when {he} moved|was thin and very long].
    | {Hero} turned around and [got a fright|jumped]. There was somebody behind {him}, [black and long|as black as the night], and it did not say a word.
    "[Go away|Leave me alone]!" {said hero}. {He} hid {spot}. It was gone! {He} came out. [There it was again|It was back, longer than before].
    | {He} began to run. It ran too. {He} jumped. It [jumped too|did the same]. {He} could not [lose it|get away from it].
    | "What do you want?" {asked hero}. [No answer|Not a word]. {He} went [left, and it went left|faster, and it went faster], as if it were [glued to {him}|tied to {him}].
    {He} ran all the way to {friend}. "[Help! Somebody is after me|It is there, behind me]!" "[That is your shadow|It is only your shadow]," {said friend}. "[Everybody has one|I have one too, look]."
    | {Friend} saw it and laughed. "Are you afraid of your own shadow?" {asked friend}. "[It cannot do anything without you|It only wants to be with you]."
    | "[Why do you look so scared|What is it]?" asked {friend}. "[Somebody follows me|Look, there]!" {said hero}. "That is your shadow. [It belongs to you|The sun makes it]," {said friend}.
    {Hero} looked at it more closely. It [looked back, a bit shyly|had a nice nose].
    | {Hero} [bowed, and it bowed|waved, and it waved] too. ["Oh," {he} said, "how polite!"|That was quite friendly.]
    | "[Hello, shadow|Good day]," {said hero}, [a little afraid|very softly]. It [did nothing bad|only lay there].
    Then they played. {Friend} [flapped with a coat|stretched], and there was [an eagle|a dragon] on the ground. The shadow of {hero} was a hare and ran away from it.
    | They played shadow games [all afternoon|until the shadows were as long as trees]. {Hero} wanted to step on the head of {his} own shadow. [It was always faster.|That is not easy.]
    | {Hero} made {his} shadow [big|fat], and then [small|thin]. {He} made it [dance|hop and bow]. Never had {he} had [so much fun|such a good playmate].
    ? Then the sun went down, and the shadow was gone. "[It only went to sleep|It will be back tomorrow]," {said friend}.
    | In the evening, it grew longer and longer, and then it was gone. "[Where is it|Did it leave]?" {asked hero}. "[It is asleep|Now it is everywhere]. That is the night," {said friend}.
    And the next morning, it lay by the bed and waited. "[Good morning, you|There you are]," {said hero}, and they both stretched.
    | Now {hero} is never alone. "[Come along|Shall we go]!" {he} says, and {his} shadow [comes|goes with {him}].
    | After that, {hero} [waved to it every morning|liked to go out in the sun]. "[We two belong together|I have a friend who never leaves]," {he} said.
    """),
]
