// Two heroes from the first line to the last.

let pairs = [
  // A quarrel over a thing.
  Plot(
    """
    pair = yes
    fits = dry
    who = who quarrel over {a toy} | who both want the same {toy} | who fight over {a toy} | who have to share {a toy}
    about = a quarrel | two friends who quarrel | making up after a fight
    toy = @toys
    {When}, they found {a toy}. "[I saw it first|It is mine]!" said {hero}. "[No, I saw it first|No, mine]!" said {friend}.
    | {Both} had only one {toy}. {Hero} wanted it. {Friend} wanted it too, and right now.
    {Hero} pulled from one side. {Friend} pulled from the other. [Neither of them let go.|"Let go!" "No, you!"] And then: crack! {Hero} had one half of the {toy}, and {friend} had the other.
    | They [shouted|stamped their feet]. They drew a line in the sand. "[This is my side|Do not cross it]," said {friend}. On one side sat {hero} with the {toy}, on the other side {friend} with folded arms.
    [They did not talk for the rest of the day|They both went away, one to the left and one to the right]. {Hero} [kicked a stone|sat alone {spot}]. {Friend} [threw pebbles into the water|sat alone {spot2}].
    It was [very quiet|boring]. "[I do not even want the {toy} anymore|What is the use of it, alone?]," thought {hero}. "[I wish we had not quarreled|It was a silly fight]," thought {friend}, and did not know that the other one was thinking the same.
    either
    In the evening they both came back at the same time. "[I am sorry|You can have it]," said {hero}. "[No, I am sorry|No, you can have it]," said {friend}. And then they almost quarreled again, because each wanted to give it away. They had to laugh.
    or
    {Hero} wrote "Sorry" on a leaf and let it float down the brook. But {friend} had done the same a little farther up. Two leaves met in the middle, and so did {both}.
    or
    An old owl had watched it all. "One half of a quarrel is no fun for anybody." asked the owl. "[Nobody|Neither of us]," said {hero} and {friend} at the same time, and looked at each other for the first time in hours.
    then
    They mended what there was to mend. "[You have it in the morning, and I have it in the afternoon|One day you, one day me]," said {friend}. "[Or both of us, all the time|Let us play with it together]," said {hero}.
    ? The {toy} has a blue patch now. They would not swap it for a new one.
    """),

  // A night in the tent.
  Plot(
    """
    pair = yes
    tags = night
    fits = land town
    who = who sleep in a tent | who sleep outside | who hear a noise at night | in a tent | who are afraid at night
    about = a night in a tent | camping | two friends who sleep outside
    guest = hedgehog | kitten | cow | frog | hare | owl | goat
    {When}, {both} put up a tent {in place}. They wanted to sleep outside, [for the first time|all alone].
    | "Tonight we sleep outside," said {hero}. "Are you not afraid?" asked {friend}. "[Me? Never|Not if you are there]," said {hero}.
    They had [a lamp|two lamps], a basket of {food} and a book of ghost stories. [That was a mistake|{Friend} read one aloud, with a deep voice]. After the third story, neither of them wanted to turn out the light.
    ? Crack! "[What was that|Did you hear that]?" whispered {friend}. "[Only a branch|The wind]," said {hero}, and pulled the blanket up. Crack, crack. "Branches do not snore," said {friend}.
    Something big and dark moved along the side of the tent. It [breathed|had horns, or ears]. {Hero} held on to {friend}. {Friend} held on to {hero}. [They could hear two hearts|The tent shook, because they shook].
    | And then there was a shadow! It went along the tent from left to right, [with horns, or ears|with a long nose]. Two of them were under one blanket now.
    "[You look|Look outside]," said {hero}. "No, you," said {friend}. "[Together|On three]," they said. One. Two. They opened the tent, only as wide as [a nose|a finger].
    There stood {a guest} and looked at them, just as surprised. It had smelled the {food}. [It wanted some too|It was hungry]. And by the light of the lamp, its shadow on the tent was as big as a bear.
    | It was {a guest}! It had come because of the {food}, and it did not mind the light at all.
    "[That was our monster|Good evening, monster]," said {friend}, and they laughed until their tummies hurt. They gave it some {food}. [It ate all of it|It stayed].
    ? Then all three of them lay down in the tent. It was a bit narrow, and one of them snored. But nobody was afraid anymore, [and the stars came out|not even of ghosts].
    ? In the morning, they were asked, "[Were you brave|Well, were you brave]?" "[Very|Of course]," said {hero} and {friend}, and winked at {a guest}.
    """),

  // They build something.
  Plot(
    """
    pair = yes
    fits = land town
    who = who build {a work} | who want to build {a work} | and {a work}
    about = building {a work} | two friends who build something | working together
    work, part, use = tree house / boards / They climbed up and looked out over the whole world | raft / logs / They floated down the river with their feet in the water | sand castle / sand / They put a flag on top and were king and queen of it, or the other way around | soapbox car / wheels / They rolled down the hill, screaming with joy | snow fort / snow / They sat inside and had tea | bird house / boards / Before evening, a family of birds had moved in | windmill / sticks / It turned in the wind and clapped
    {When}, {both} wanted to build {a work}. "[I know how|I will be the boss]," said {hero}. "[I know it better|No, I will]," said {friend}.
    | "Let us build {a work}!" said {hero}. "[The biggest one in the world|Yes! Right now]!" said {friend}.
    {Hero} drew a plan, with [many lines|numbers]. {Friend} just began. They carried {part} until their arms were long.
    "[That is not in the plan|That belongs over there]," said {hero}. "[The plan is boring|It looks better here]," said {friend}. So {hero} built on the left, and {friend} built on the right. In the middle the two sides did not fit at all.
    Crash! Everything fell down. They stood in the dust and looked at it. "[That was your side|It was because of your plan]," said {friend}. "[Your side fell first|It was because you did not look at it]," said {hero}.
    They sat down back to back and did not look at each other. After a while {hero} said, "[Your idea with the round window was nice|I liked your side, a little]." After another while {friend} said, "[Your corners were very straight|Maybe we need a bit of a plan]."
    | For an hour they [drew lines in the dust|did not speak]. Then one of them coughed. "[Your tower was good|I liked your door]," said {hero}. "Yours had better windows," said {friend}.
    So they began again. {Hero} [measured|held], and {friend} [made it beautiful|tied]. They [took turns being the boss, an hour each|sang, and did not notice how late it was].
    And when the sun was low, there it was: {an work}! [It was a little crooked, but it held.|It was half a plan and half a dream.]
    ? {use}. "That was our best idea," said {friend}. "[At least after the first try.|Which one of us is the boss now]?" asked {hero}, and they both laughed.
    """),

  // Tall and small, or different in another way.
  Plot(
    """
    pair = yes
    fits = land town
    who = who are very different | who cannot agree | who want different things | who do not like the same things
    about = two very different friends | being different
    one, two = liked to get up early / liked to sleep until noon | talked all day / hardly ever said a word | liked everything neat / left everything lying around | wanted to run / wanted to sit | liked the summer / liked the winter | was afraid of everything / was afraid of nothing
    {Hero} {one}. {Friend} {two}. [How could that go well?|"It is a wonder that you are friends," people said.]
    | People could not understand it. {Hero} {one}, and {friend} {two}, and still you always saw them together.
    {When}, they wanted to go on a trip. "[Let us go to the hills|Let us start at six]," said {hero}. "[Let us go to the lake|Let us start at noon]," said {friend}. They talked about it until it was too late for both.
    | {When}, they sat over a map. "[To the hills|Up]," said {hero}. "[To the lake|Down]," said {friend}. By noon they had not moved an inch, and the map had a hole.
    "[You always want the opposite|With you nothing is easy]!" said {hero}. "[And you never listen|It is you who wants the opposite]!" said {friend}. "Then I will go alone!" they said, at least in that they agreed.
    So {hero} {went} {to place}, alone. It was nice there, but [something was missing|there was nobody to say it to]. Nobody [laughed in the wrong place|forgot the sandwiches].
    | {Hero} packed a bag and {went} {to place}. There was sun, there was wind, there was everything. [Only nobody answered|But when something funny happened, there was no one to laugh].
    {Friend} {went} {to place2}, alone. That was nice too. But [the sandwich tasted of nothing|it was strange that nobody wanted the other half], and nobody said, "[Look at that|Not so fast]!"
    On the way home, they met at the bridge, right in the middle. "[How was it|And]?" asked {friend}. "[Fine|Very quiet]," said {hero}. "And yours?" "[Fine|Quiet too]." They looked down into the water, where two faces were looking up.
    | Both came home too early, and both took the short way. So they met on the narrow bridge. "[How was it|And]?" asked {hero}. "[Lovely|Very nice]," said {friend}. "[A bit quiet|A bit empty]."
    "[I missed your chatter, or your silence|I was looking for you behind every tree]," said {hero}. "[Me too|I talked to you, but you were not there]," said {friend}.
    ? The next day, they went to {the place} in the morning and to {the place2} in the afternoon. [They quarreled all the way, and it was lovely.|It was twice as much walking and three times as much fun.]
    "[Two halves that are the same do not make a whole|If we were the same, one of us would be too many]," said {friend}. [And {hero} agreed, for once.|"That is what I always say," said {hero}.]
    """),

  // A found animal.
  Plot(
    """
    pair = yes
    fits = land town
    who = who find {a pet} | who take care of {a pet} | and {a pet}
    about = a lost {pet} | two friends who find {a pet} | a pet
    pet = kitten | puppy | duckling | baby bird | hamster | pony | piglet
    called = Button | Pepper | Muffin | Biscuit | Pickle | Sunday | Noodle | Captain
    {When}, {both} found {a pet} {spot}. It was [wet and hungry|all alone|very small]. "[Can we keep it?|Oh, look]!" said {hero}.
    | "Listen," said {friend} {in place}. Something cried {spot}. It was {a pet}, [no bigger than a shoe|dirty from top to toe].
    They took it home in [a hat|a basket]. {Hero} warmed some milk. {Friend} made a bed of [socks|hay]. [It drank everything and fell asleep in the middle of a yawn|It ate the milk, the spoon and a bit of the bed].
    "We must give it a name," said {friend}. They thought of [twenty|a hundred] names. It looked up only at one of them, so it was called {called}.
    | It needed a name. {Hero} wrote down ten, and {friend} wrote down ten. It sneezed when they came to {called}, and so {called} it was.
    ? {called} [ate the slippers|dug up the flowers|slept in the soup pot]. {called} was awake at night and asleep at noon. "It is your turn to get up," said {hero}. "[No, yours|But I was up twice]," said {friend}.
    Then they saw a note on [a tree|the gate]: "Lost: one {pet}, with a white spot behind the left ear." {Hero} looked. {Friend} looked. There was the spot.
    | A week later {friend} came home and was very pale. "Somebody has lost {a pet}," said {friend}. "It stands on [every wall|the church door]. With a white spot behind the ear." They both looked. It had one.
    [Nobody said a word for a long time|"We could say that we did not see the note," said {hero} in a small voice]. "[Somebody is sad tonight|Somebody has an empty bed at home]," said {friend}. They both knew what they had to do.
    An old woman opened the door, with red eyes. The {pet} jumped right into the arms of the old woman. "[You brought it back|My heart]!" said the old woman, and laughed and cried.
    | The house was at the end of the village. An old woman looked out, saw the {pet}, and had to hold on to the door. "My heart!" said the old woman.
    ? {Both} stood there with empty hands and [a lump in the throat|wet eyes]. "[It needs two to walk it|I am old, and it is so quick]," said the old woman. "[Would you come and help me|Could you come every day after school or work]?"
    "[Every day|Yes]!" said {hero} and {friend}. And that is why {called} has three homes now, and gets [three breakfasts|supper three times].
    """),

  // Swapped for a day.
  Plot(
    """
    pair = yes
    fits = land town
    who = who swap places | who trade places for a day | who change places
    about = swapping places | two friends who trade places
    job, job2 = baked the bread / watered the garden | swept the house / chopped the wood | did the cooking / did the washing | fed the hens / milked the goat | carried the water / lit the stove
    Every day {hero} {job}, and {friend} {job2}. "[Yours is so easy|You have the better part]," said {hero}. "[Ha! Mine is much harder than yours|No, you have it easy]," said {friend}.
    | {Both} shared the work. {Hero} {job}. {Friend} {job2}. And both thought that the other one had the better part.
    "Then let us swap," said {friend}. "[Only for one day|Tomorrow you are me, and I am you]." "[Gladly|I will be done before breakfast]," said {hero}, and they shook hands.
    {When2}, they began. [It did not start well|"This is easy," said {hero}, for about a minute]. {Hero} did everything in the wrong order. Something [fell over|ran away|boiled over].
    ? It did not go better with {friend}. There was [a bang|smoke], and then a long silence. "[All is well|Nothing happened]!" called {friend}, with a voice that sounded as if a lot had happened.
    By noon {hero} was wet up to the ears. By evening {friend} had [a bump on the head|flour in both ears]. They met at the table. There was no supper, and the chair had three legs.
    | At noon there was a crash, and at three there was another one. In the evening {hero} came in, [black from top to toe|with wet hair], and {friend} [limped|had no eyebrows]. The soup was still water.
    They looked at each other. "How do you do that every day?" asked {hero}. "I wanted to ask you that," said {friend}. "[You never said how heavy it is|There are so many little things]."
    | Neither of them said a word about it, at first. "[Well|So]? How was it?" asked {hero} then. "[Easy|Nothing to it]," said {friend}, and both of them began to giggle.
    ? Then they ate dry bread and told each other everything, [from the bang to the bump|and the more they told, the more they laughed].
    The next day, each did the old work again. But {hero} [left a flower|put out a cup of tea] for {friend}. And {friend} whistled a tune, so that {hero} could hear it.
    when2 = On Monday | The next morning | The next day
    """),

  // Lost in the fog.
  Plot(
    """
    pair = yes
    fits = land town
    who = who get lost | who get lost in the fog | who cannot find the way home | who lose each other
    about = getting lost together | fog | two friends in the fog
    band = scarf | belt | rope | string
    {When}, {both} were {in place} when the fog came. It was as thick as milk. [{Hero} could not see a hand in front of the eyes|There was no path, no sky, nothing].
    | "Where is the path?" asked {hero}. The fog had swallowed it. {Both} were {in place}, and everything was white.
    "[Stay here|Hold my hand]," said {friend}. "[I am holding something.|Is that your hand or a branch]?" asked {hero}. It was a branch. They had lost each other!
    "[Where are you|Hello]?" "[Here|Over here|Here I am]!" The fog made the voices come from [everywhere|all sides]. {Hero} ran to the left and hit a bush. {Friend} ran to the right and stepped into [a brook|a puddle].
    Then {hero} had an idea. "Stand still!" {hero} called. "[Do not move|Stay where you are]. Sing our song! I will come to you." And {friend} began to sing, [a bit shaky at first|as loud as could be].
    {Hero} followed the song, step by step. Here it was louder. There it was softer. So, a little to the left. And then they bumped into each other, nose against nose. "[Ouch|There you are]!"
    | {Hero} walked toward the singing with both arms out. A tree. A fence. [Another tree|A cow]. And then something warm that sang. "[Found you|Is that you]!"
    ? They tied themselves together with {a band}. "[Now we can only get lost together|What we lose now, we lose together]," said {friend}. That was much better.
    ? "And how do we get home?" asked {hero}. "[The brook|The water] runs down to the village," said {friend}. "I know, because my foot is in it." So they walked along the brook, with wet feet, and sang.
    ? When they saw the first [lamp|window], the fog was only a white cat that lay on the meadow. [At home they got soup.|"One of us has wet feet," they said, "and it was our luck."]
    [They kept {a band}.|That song is still their favorite.]
    """),

  // A play.
  Plot(
    """
    pair = yes
    fits = land town
    who = who put on a play | who put on a show | who make a circus
    about = a play | a theater | a show | two friends who put on a show
    role, role2 = the dragon / the knight | the wolf / the lamb | the ghost / the queen | the storm / the ship | the giant / the mouse
    {When}, {both} wanted to put on a play {in place}. They painted a board: "Tonight! Great play!" {Hero} was {role}, and {friend} was {role2}.
    | "I want to be {role}," said {hero}. "Good," said {friend}. "Then I am {role2}." It was going to be the greatest play of all time.
    They practiced for [a week|three days]. {Hero} [forgot the words, every time in the same place|spoke too softly]. {Friend} [laughed in the saddest scene|always fell over the same chair].
    Then the evening came, and [everybody sat there|all the seats were taken]. "[I cannot do it|I have forgotten who I am]," whispered {hero} behind the curtain. "[Me neither|I am going to be sick]," said {friend}. "[Too late|They are clapping already]!"
    It began well. {Role} roared. {Role2} trembled. And then came the place where {hero} always forgot the words. And {hero} forgot them. It was quiet. [Somebody coughed|A long time passed].
    | The curtain opened, and the people said "Oh!" {Role} came from the left, {role2} came from the right. And then came that one line, and it was gone. {Hero} stood there with an open mouth.
    {Friend} looked at {hero}. That was not in the play, but {friend} said, "[You look so sad today.|Have you lost your words]? [Sit down, I will tell you a joke|I have some to spare]." The people [laughed|leaned forward].
    "[Nobody has ever been so nice to me|Thank you, my friend]," said {hero}. "[I am so tired of being {role}|Everybody runs when I come]." And so they made it up, word by word, and it became quite a different play, and a better one.
    | {Hero} looked up. "[Do you mean it|That is the first kind word today]?" And from there on, nothing was as they had learned it. {Role} cried, {role2} told jokes, and it was twice as good.
    ? In the end, {role} and {role2} danced. Then {friend} fell over the chair, and took the curtain along. The people jumped up and cheered.
    "Do you still know what we said?" asked {hero}. "[Not a word|No idea]," said {friend}. "[It was wonderful|We were great]."
    """),

  // Apples that hang too high.
  Plot(
    """
    pair = yes
    fits = land town
    who = who want the {fruit} on a tall tree | who help each other | who work together
    about = team work | helping each other | two friends who help each other
    first, second = stick / shoe | shoe / cap | stone / stick | boot / ball | cap / boot
    fruit = apples | pears | cherries | plums | nuts | peaches
    {When}, {both} stood under a tree. High up in it hung the finest {fruit}, [red and round|bigger than all others]. But they hung much too high.
    | "Do you see what I see?" asked {hero}. High in the old tree hung {fruit}. "[I can taste them already.|And how do we get up there]?" asked {friend}.
    {Hero} jumped. Not high enough. {Friend} threw {a first}. It stayed in the tree. {Hero} threw {a second} to get it down. It stayed up there too. [Soon half of what they owned hung in the tree|The tree seemed to like it].
    "[I will do it alone|Let me]," said {hero}, and climbed, and slid down again. "[Now me|I can do it better]," said {friend}, ran up to it, and sat on the ground. "[It is no use|They are not ripe anyway]," they said, and turned to go.
    | They tried it with a [ladder of sticks|long pole]. It broke. They shook the tree. It shook its head. "[Who wants {fruit} anyway|Let us go home]," said {hero}. "[Not me|Wait]," said {friend}.
    Then they saw two ants at the foot of the tree. One stood on the other, and so they pulled a crumb over a root. {Hero} looked at {friend}. {Friend} looked at {hero}. "[Are you thinking what I am thinking|Why did we not think of that]?"
    | On the trunk, right under their noses, a beetle was standing on the back of another beetle to reach a leaf. {Hero} and {friend} watched it for a while. "[Are you thinking what I am thinking|Why did we not think of that]?"
    {Friend} stood against the tree. {Hero} climbed up on {friend}, first on the knees, then on the shoulders. "[Your feet are cold|You are heavy]," said {friend}. "[Stand still|Do not laugh]!" said {hero}, and reached out as far as could be.
    | "Up with you," said {friend}, and {hero} stood on two shoulders, [a little shaky|like an acrobat]. "More to the left!" said {hero}. "This IS the left!" said {friend}.
    There came the first one, and then a whole rain of {fruit}! [And the {first}, and the {second}|The {second} came down too, and the {first}]. One of the {fruit} fell right on the nose of {friend}.
    | And then it rained {fruit}, on the grass, on their heads, [into their collars|everywhere]. [And the {first}, and the {second}!|The {second} came down too, and the {first}.]
    ? They sat in the grass and ate until they were full. "You were the ladder," said {hero}. "[And you were the hand|And half to your long arms]," said {friend}.
    ? They left some for the ants. ["They had the idea," said {hero}.|That was only fair.]
    """),

  // Two presents.
  Plot(
    """
    pair = yes
    fits = dry
    who = who give each other presents | who give each other a present | and their presents
    about = two presents | giving | two friends who give each other something
    thing, need, thing2, need2 = flute / a silver case for the flute / kite / a long string for the kite | violin / a new bow for the violin / sled / a warm cushion for the sled | fishing rod / a box of hooks for the rod / bicycle / a bell for the bicycle | camera / a leather bag for the camera / garden / a bag of rose seeds for the garden
    It was the day before the great feast, and {both} had no money for presents. {Hero} owned nothing but {a thing}. {Friend} owned nothing but {a thing2}.
    | {Hero} had {a thing} and loved it more than anything. {Friend} had {a thing2} and loved it just as much. And soon it would be [Christmas|the great feast].
    "[What shall I give to {friend}|What would make {friend} happy]?" thought {hero}. Then {hero} knew it: {need2}! But it cost [ten coins|so much]. {Hero} looked at the {thing} for a long time, and then sold it.
    "[What shall I give to {hero}|What would make {hero} happy]?" thought {friend}, at the very same time. {Need}! And {friend} took the {thing2} to the market and sold it. It hurt a little, but not for long.
    | And {friend} sat in the next room and thought about {hero}. Of course, {need}! There was no money for it, but there was the {thing2}. An hour later the {thing2} was sold.
    On the evening of the feast, they sat together by [one candle|the stove]. "[You first|Open it]," said {hero}. {Friend} opened the parcel, and in it was {need2}. {Friend} looked very strange.
    | The evening came. They lit [one candle|the stove], and {friend} opened the first parcel. There was {need2}. {Friend} looked at it, and did not laugh, and did not cry.
    "[Do you not like it|Is it the wrong one]?" asked {hero}. "[It is lovely|I love it]," said {friend}. "But I sold the {thing2}, to buy you this." And {hero} opened the other parcel. It was {need}.
    | "[Is something wrong?|Say something]," said {hero}. "[It is wonderful|It is just right]," said {friend} slowly. "Only, the {thing2} is gone. I sold it for your present." In the second parcel there was {need}.
    It was quiet. Then {hero} laughed. "[And I sold the {thing}|I have no {thing} anymore]!" And {friend} laughed too, until the tears came, and maybe not all of them were from laughing.
    "These are the most useless presents in the world," said {friend}. "And the best ones," said {hero}. [They kept them forever.|And they sang, and it needed no money at all.]
    """),
]
