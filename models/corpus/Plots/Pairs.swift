// Two heroes from the first line to the last.

let pairs = [
  // A quarrel over a thing.
  Plot(
    """
    pair = yes
    fits = dry
    who = who quarrel over {a toy} | who both want the same {toy} | who fight over {a toy} | who have to share {a toy}
    about = a quarrel | forgiveness | two friends who quarrel | making up after a fight
    toy = @toys
    {When}, they found {a toy}. "[I saw it first|It is mine]!" said {hero}. "[No, I saw it first|No, mine]!" said {friend}.
    | {Both} had only one {toy}. {Hero} wanted it, and {friend} wanted it too, [right now|at once].
    {Hero} pulled from one side, {friend} pulled from the other. Then both let go at once, and [they fell over|they sat in the mud].
    | They [shouted|stamped their feet]. "[This is my side|Do not come over here]!" said {friend}, and drew a line [between them|on the ground]. On one side lay the {toy}.
    | They both pulled at the {toy}. "[Let go|Give it to me]!" "No, you!" [Plop! It fell into the mud|Neither of them let go, and then it fell down].
    They did not talk [all day|for hours]. {Hero} sat alone {spot}. {Friend} [kicked a stone|hummed, but it sounded sad].
    | {Hero} went to the left and sat alone {spot}. {Friend} went to the right and [threw pebbles into the water|sat alone {spot2}].
    It was [very quiet|boring]. "I wish we had not quarreled," thought {hero}. {Friend} [thought just the same|was thinking the same thing], but {hero} did not know that.
    | "[It is no fun alone|It was a silly fight]," thought {hero}. {Friend} thought so too, but [did not say it|neither of them said it].
    either
    In the evening they [met again|both came back]. "[I am sorry. You can have it|You take it]," said {hero}. "[No, you|No, it is yours]," said {friend}. And they almost quarreled again, and had to laugh.
    or
    {Hero} wrote "Sorry" on a leaf and let it float down a brook. But {friend} had done the same a little farther up. Two leaves met, and so did {both}.
    or
    An old owl had [seen|watched] it all. "Who is having fun now?" asked the owl. "[Nobody|Neither of us]," said {hero} and {friend} at the same time, and [smiled|looked at each other].
    then
    [So they made up|Then all was good again]. "[You have it in the morning, I have it at night|One day you, one day me|First you, and then I]," said {friend}. "[Or both, all the time|Let us play with it together]," said {hero}.
    ? And so the {toy} [belonged to both|was theirs].
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
    {When}, {both} put up a tent {in place}. They wanted to sleep [outside|under the stars], [for the first time|all alone].
    | "Tonight we sleep [in a tent|outside, in a tent]," said {hero}. "Are you [not|never] afraid?" asked {friend}. "[Me? Never|Not if you are there]," said {hero}.
    They had a lamp, [some|a basket of] {food} and a book of ghost stories. After [one story|three stories], nobody [could|wanted to] sleep.
    | They [took|had] a lamp and [some|a basket of] {food}. {Friend} told a ghost story, [with a deep voice|in the dark]. Then they [sat very close|were both very quiet].
    Crack! "[What was that|Did you hear that]?" whispered {friend}. Something big [moved around|was walking around|was right outside] the tent. {Hero} held on to {friend}, and {friend} held on to {hero}.
    | [Then there was|There was] a noise [outside|in the dark]. Crack, crack. [A big shadow went|Something big moved] along the tent, [with horns, or ears|with a long nose]. They [both hid|hid their heads] under one blanket.
    "[You look|Look outside]," said {hero}. "No, you," said {friend}. [They counted to three|So they did it together] and opened the tent, [only|just] as wide as [a nose|a finger].
    | "[We must look|One of us must look]," said {hero}. "[Together, then|Not without you]," said {friend}. One, two, three! They [opened the tent|looked out].
    There stood {a guest} [and looked just as surprised|and looked at them]. It had smelled the {food}. [Only its shadow was|But its shadow was] as big as [a house|a bear].
    | It was [only|just] {a guest}! It [was hungry|was hungry, too,] and wanted the {food}.
    "[That was our monster|Good evening, monster]," said {friend}, and they [laughed and laughed|laughed until they cried]. [They gave it|Of course it got] some {food}.
    | "[So you are our ghost|That is no ghost]!" said {hero}, and gave it some {food}.
    [Then all three of them|Then they all] lay down in the tent, side by side, and nobody was afraid [anymore|at all].
    | {Both} [lay down again|went back to bed]. They were not afraid now, [not even of ghosts|and the stars came out].
    | And so three slept in the tent[ that night|], and one of them snored. But nobody was [frightened now|afraid of that].
    """),

  // They build something.
  Plot(
    """
    pair = yes
    fits = land town
    who = who build {a work} | who want to build {a work} | and {a work}
    about = building {a work} | two friends who build something | working together
    work, part, use = tree house / boards / They climbed up and looked out over the whole world | raft / logs / They floated down the river with their feet in the water | sand castle / sand / They put a flag on top and were king and queen of it, or the other way around | soapbox car / wheels / They rolled down the hill, screaming with joy | snow fort / snow / They sat inside and had tea | bird house / boards / Before evening, a family of birds had moved in | windmill / sticks / It turned in the wind and clapped
    {When}, {both} wanted to build {a work}. "[I will be the boss|I know how]," said {hero}. "[No, I will do it|I know it better]," said {friend}.
    | "Let us build {a work}!" said {hero}. "[The biggest one in the world|Yes! Right now]!" said {friend}.
    {Hero} drew a plan. {Friend} just [began|fetched {part} and began]. {Hero} built on the left, {friend} on the right, and [the two sides did not fit at all|in the middle nothing fit].
    | They carried {part} [all morning|until noon]. {Hero} worked with a plan, and {friend} [without one|did not read it]. One side was straight, and the other was [round|crooked].
    Crash! [Everything fell down|It all fell down]. "[That was your side|It was because of your plan]," said {friend}. "[No, yours|Your side fell first]," said {hero}.
    | [Then it began to shake|It shook], and [crash, all of it lay on the ground|it all fell down, crash]. "[Your side did that|That was you]!" said {hero}. "[No, yours|Me? Never]!" said {friend}.
    They sat down back to back. After a while {hero} said, "[Your idea was nice|I liked your side, a little]." After another while {friend} said, "[Your corners were very straight|Maybe we need a bit of a plan]."
    | For [an hour|a long time] they did not [speak|look at each other]. "[Your side was nicer|I liked your side]," said {hero} then. "[And yours was stronger|And your plan was not so bad]," said {friend}.
    So they began again. {Hero} [measured|held], and {friend} [made it beautiful|built]. This time they [did it together|took turns being the boss].
    | They [started once more|tried it again], but together. One hour {hero} was the boss, [the next hour|and then] {friend}.
    [And when the sun was low|Before it was dark], there it was: {an work}! [It was a little crooked.|It was strong.|It was half a plan and half a dream.]
    | In the evening the {work} was [ready|done]. [It did not fall down|A bit crooked, but it was theirs].
    ? {use}.
    ? "[So who is the boss now|Which one of us is the boss now]?" asked {hero}, and they both laughed.
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
    | Nobody could understand it. {Hero} {one}, and {friend} {two}, and still they were [friends|always together].
    {When}, they [planned|wanted to go on] a trip. "Let us go {to place}," said {hero}. "[No|Oh no], {to place2}," said {friend}.
    | {When}, {hero} wanted to go {to place}. But {friend} wanted to go {to place2}.
    "You never want what I want," said {hero}. "[And you never listen|It is you who never wants it]," said {friend}. "[Then I will go|I will go] alone!" they both said.
    | They [talked|quarreled] about it [for an hour|until noon]. Then [both said the same|both of them said]: "[I will go alone|I will go without you]!"
    So {hero} {went} {to place}, alone. It was [nice|lovely] there, but [something was missing|there was nobody to say it to].
    | {Hero} {went} {to place}. [There was sun, there was wind|Everything was lovely]. But [nobody was there to laugh with|there was no one to talk to].
    {Friend} {went} {to place2}. [But it was a very long day|That was nice too, but much too quiet].
    | And {friend} sat {in place2} [with two apples, and nobody wanted the other one|all day, and nobody said a word].
    On the way home, they met on a bridge. "[How was it|And]?" asked {friend}. "[Fine|Nice]. [A bit quiet|Very quiet]," said {hero}.
    | [Both|They both] came [home|back] too early, and met on the road. "[How was it|And]?" asked {hero}. "[Lovely|Very nice]," said {friend}. "[A bit quiet|A bit empty]."
    ? "[I missed you|I kept looking for you]," said {hero}. "[I missed you too|I talked to you, but you were not there]," said {friend}.
    | "[It was no fun|It was not the same] without you," said {hero}. "[For me too|I know]," said {friend}, and they hugged.
    ? The next day, they went {to place} in the morning and {to place2} in the afternoon.
    "If we were the same, one of us would be too many," said {friend}.
    | "Two halves that are the same do not make a whole," said {friend}. [And {hero} agreed, for once.|"That is what I always say," said {hero}.]
    | "[I like you as you are|It is good that you are not like me]," said {friend}, and {hero} [agreed, for once|laughed].
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
    | "Listen," said {friend}. Something [cried|was crying] {spot}. It was {a pet}, [cold and wet|dirty from top to toe].
    They took it home. {Hero} [warmed some milk|gave it milk], {friend} made a bed of [socks|hay], and they [named|called] it {called}.
    | At home it got [warm milk|a warm blanket] and a name. They [thought of|wrote down] [ten|twenty] names. It sneezed at {called}, and so {called} it was.
    ? {Called} [ate the slippers|dug up the flowers|slept on the pillow], and they loved it.
    [Then they saw|One day there was] a note on [a tree|a wall]: "Lost: one {pet} with a white [spot|foot]." They looked at {called}. [It was the one|It was true].
    | A week later {friend} came home, very pale. "[Somebody has lost|There is a note about] {an pet} with a white spot," said {friend}. They both looked. {Called} had one.
    [It was quiet for a long time. |]"Somebody is sad [tonight|without {called}]," said {friend} then. They knew what they had to do.
    | "[We could keep it|Nobody would know]," said {hero} [very softly|in a small voice]. But they [both knew|knew] [what was right|that it was wrong].
    An old woman opened the door and saw the {pet}. "[My heart|You are back]!" said the old woman, and [laughed and cried|cried for joy].
    | An old woman [came to the door|looked out] with [red|sad] eyes. {Called} [jumped|ran] right into two [old|open] arms. "[You brought it back|There you are]!" said the old woman.
    "[Please come again|Come back tomorrow]," said the old woman then. "[It needs two to look after it|I am old, and it is so quick]." "[Every day|Yes]!" said {hero} and {friend}.
    | {Both} stood there with empty hands. "Come back [tomorrow|often]," said the old woman. "{Called} [needs friends like you|likes you so much]."
    And so {called} had three friends, and got [three breakfasts|supper three times].
    | They came every day, and {called} [got three breakfasts|was never alone now].
    | So now {called} [belonged to all three of them|had three friends and was never alone].
    """),

  // Swapped for a day.
  Plot(
    """
    pair = yes
    fits = land town
    who = who swap places | who trade places for a day | who change places
    about = swapping places | two friends who trade places
    job, job2 = baked the bread / watered the garden | swept the house / chopped the wood | did the cooking / did the washing | fed the hens / milked the goat | carried the water / lit the stove
    Every day {hero} {job}, and {friend} {job2}. "[Yours is so easy|You have the better part]," said {hero}. "[Ha! Mine is much harder|No, you have it easy]," said {friend}.
    | {Both} shared the work. {Hero} {job}. {Friend} {job2}. [And both|Both of them] thought that the other [one had|had] [the better part|it easy].
    "[Then let us swap|Let us swap] for [a|one] day," said {friend}. "[Gladly|Good]," said {hero}. "[I will be done before breakfast|Tomorrow I am you]."
    | "[Do you want to|Shall we] trade places?" asked {hero}. "[Only for one day|Tomorrow you are me, and I am you]." "[Gladly|Yes]," said {friend}.
    {When2}, they began. {Hero} did [everything|it all] in the wrong order, and something [fell over|ran away|boiled over].
    | {When2}, it was [quiet for a minute|very quiet at first]. Then there was [a bang|smoke]. "[All is well|Nothing happened]!" called {friend} [in a strange voice|very fast].
    [By noon|Soon] {hero} was [wet all over|all wet]. [By evening|Soon after,] {friend} had [a bump on the head|flour in both ears]. There was no supper.
    | In the evening {hero} came in, [black from top to toe|all wet], and {friend} [limped|looked no better]. The soup was still [water|cold].
    They looked at each other. "How do you do that every day?" asked {hero}. "[I wanted to ask you that|That is what I wanted to ask you]," said {friend}.
    | [Nobody said a word about it|Neither of them said a word], at first. "[Well|So]? How was it?" asked {hero} then. "[Easy|Nothing to it]," said {friend}, and both of them began to giggle.
    ? "[I did not know how hard it is|There are so many little things]," said {hero}.
    After that, each did the old work again. But {hero} [left a flower|put out a cup of tea] for {friend}, and {friend} [whistled|sang] a tune for {hero}.
    | Then they [swapped back|gladly swapped again]. "[Thank you for your work|You do it very well]," said {hero}. "And you [too|do yours well]," said {friend}. [They had never said that before|That was new].
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
    {When}, {both} were {in place} [when fog came|when the fog came|and fog came]. It was [as thick as milk|white and thick]. [They could not see anything|There was no path, no sky, nothing].
    | "Where is the path?" asked {hero}. [The fog|Fog] had [swallowed it|come]. {Both} were {in place}, and everything was white.
    "[Stay here|Hold my hand]," said {friend}. "[Is this you|Is that your hand]?" asked {hero}. But it was only a branch. They had lost each other!
    | {Hero} held on to {friend}. But [it was a branch|that was a bush]! "[Where are you|Hello]?" "[Here|Over here]!" They could not find each other.
    ? {Hero} ran to the left and [hit a tree|fell over a stone]. {Friend} ran to the right and [fell|stepped] into [a ditch|a puddle].
    Then {hero} had an idea. "Stand still and sing our song!" called {hero}. "I will come to you." And {friend} [began to sing|sang], [a bit shaky at first|as loud as could be].
    | "[Do not move|Stay where you are]!" called {hero}. "Sing something, [and I will find you|so that I can hear you]!" {Friend} sang [the song they both liked|a song], [very loudly|as loud as could be].
    {Hero} followed the song, [step by step|slowly]. It [became louder and louder|got louder]. And then they [bumped into each other|were nose to nose]! "[Ouch|There you are]!"
    | {Hero} walked toward the singing. [A tree. Another tree.|A fence. A cow.] And then something warm that sang. "[Found you!|Is that you?]"
    "[I hear a brook|My foot is in a brook]," said {friend}. "It runs [toward home|right past our home]." So they [walked along the brook|followed it], side by side, and came home with wet feet.
    | They tied themselves together with {a band}. "Now we can only get lost together," said {friend}. But soon the wind blew the fog away, and there was the way home.
    | They sang on together. "[Who is singing|Is somebody there]?" called somebody with a lamp. It was a neighbor, and [so they came home|the lamp showed them the way home].
    ? [It is still their favorite song.|At home they got hot soup.|"Our song was our luck," they said.]
    """),

  // A play.
  Plot(
    """
    pair = yes
    fits = land town
    who = who put on a play | who put on a show
    about = a play | a theater | a show | two friends who put on a show
    role, role2 = the dragon / the knight | the wolf / the lamb | the ghost / the queen | the storm / the ship | the giant / the mouse
    {When}, {both} [wanted to put on|were getting ready for] a play {in place}. {Hero} was {role}, and {friend} was {role2}.
    | "[Let us put on|We will put on] a play!" said {hero}. "[I want to be|I am] {role}." "[Good, then|Then] I am {role2}," said {friend}.
    They practiced for [a week|three days]. But {hero} [forgot the words|spoke too softly], and {friend} [laughed in the saddest scene|fell over a chair].
    | [For a week|For days] they practiced [after supper|after breakfast]. {Hero} always forgot the [last|same] words, and {friend} always laughed [at the wrong time|in the sad scene].
    Then it was time, and [everybody sat there|all the seats were taken]. "[I cannot do it|I have forgotten who I am]," whispered {hero}. "[Too late|They are clapping already]!" said {friend}.
    | Then all the people [came|sat there and waited]. "[I am so afraid|My knees are shaking]," [said|whispered] {hero}. "[Me too|It will be fine]," said {friend}.
    {Role} roared. {Role2} trembled. And then {hero} forgot [the words|everything]. [Somebody coughed|A long time passed].
    | {Role} came from the left, {role2} came from the right. [And then|But then] {hero} stood there with an open mouth. [The words were|All the words were] gone.
    "[You look so sad|You are so quiet]," said {friend}. "[Sit down|Come], I will tell you a joke." That was [new|not in the play], but the people laughed.
    | "[Have you lost your words|Where are your words]?" asked {friend}. "I have [some to spare|some for you]." That was new, and [the people|everybody] laughed.
    "[Nobody has ever been so nice to me|Thank you, my friend]," said {hero}. So they [made it up|went on], word by word, and it was [better|quite a different play].
    | "[Do you mean it|For me]?" asked {hero}. From there on, [everything|all of it] was new. {Role} cried, {role2} told jokes, and it was [twice as good|good].
    ? In the end, {role} and {role2} danced, and the people [jumped up and cheered|clapped].
    "Do you [still know|know] what we said?" asked {hero}. "[Not a word|No idea]," said {friend}. "[It was wonderful|We were great]."
    | "[Was that good|Did they like it]?" asked {hero}. "[Listen to them|They are still clapping]," said {friend}.
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
    {When}, {both} stood under a tall tree. [High up|At the top] hung the finest {fruit}, [ripe and round|bigger than all others].
    | "Do you see [what I see|that]?" asked {hero}. [High|Far up] in a [tall|big] tree hung {fruit}. "[Yes, but how|And how] do we get [up there|them]?" asked {friend}.
    {Hero} jumped, but [not high enough|it was too high]. {Friend} threw {a first}, and it [stayed|got stuck] in the tree. {Hero} threw {a second}. [That stayed up there too|It did not come back].
    | They threw {a first} at them. [It stayed up in the tree|It did not come down again]. They threw {a second}. [The same thing happened|That was gone too].
    ? "[Let me|I will do it alone]," said {hero}, and climbed, and slid down [again|the trunk]. "[Now me|I can do it better]," said {friend}, and [fell into the grass|sat on the ground].
    | "It is no use," said {hero}. "[They are not ripe anyway|Let us go home]," said {friend}, and they [turned to go|almost went].
    [Then they saw two ants|Under the tree were two ants]. One [stood|was standing] on the other[ to reach a leaf|, and so they got over a root]. "[Are you thinking what I am thinking|Why did we not think of that]?" asked {hero}.
    | [On the trunk|Right there], a beetle was standing on [another beetle|the back of another] to reach a leaf. "[Shall we try that|Shall we do it like that]?" asked {hero}.
    {Friend} stood against the tree. {Hero} climbed up on {friend}. "You are heavy," said {friend}. "[Stand still|Do not laugh]!" said {hero}, and reached [up|out as far as could be].
    | "Up with you," said {friend}, and {hero} stood on {friend}, [a little shaky|like an acrobat]. "More to the left!" said {hero}. "This IS the left!" said {friend}.
    [There came the first one|First one fell down], and then a whole rain of {fruit}! The {first} and the {second} [came down too|fell down with them].
    | And [then|at last] it rained {fruit}, [on the grass, on their heads, everywhere|all around them]. [Even the {first} came down|The {second} came down too].
    [They ate until they were full|They sat down and ate]. "You were the ladder," said {hero}. "[And you were the hand|And you were the top of it]," said {friend}.
    | "[Two are taller than one|Alone we are too small]," said {hero}, and they ate [until they were full|all afternoon].
    | They ate and ate. "[Next time I go up|Tomorrow you carry me]," said {friend}, and {hero} [laughed|said yes].
    """),

  // Two presents.
  Plot(
    """
    pair = yes
    fits = dry
    who = who give each other presents | who give each other a present | and their presents
    about = two presents | giving | two friends who give each other something
    thing, need, thing2, need2 = flute / a silver case for the flute / kite / a long string for the kite | violin / a new bow for the violin / sled / a warm cushion for the sled | fishing rod / a box of hooks for the rod / bicycle / a bell for the bicycle | camera / a leather bag for the camera / garden / a bag of rose seeds for the garden
    It was the day before [Christmas|a great feast]. {Hero} owned only {a thing}, and {friend} owned only {a thing2}.
    | {Hero} had {a thing} and loved it, and {friend} loved {a thing2} [just as much|even more]. Soon [it would be Christmas|there would be a great feast].
    "What would make {friend} happy?" thought {hero}. {Need2}! [But it cost a lot, and so|So] {hero} sold the {thing}.
    | {Hero} wanted to give {friend} {need2}. But it cost [a lot|ten coins], and so {hero} sold the {thing}.
    {Friend} thought about {hero}, too. [{Need}, of course!|{Need}!] And {friend} sold the {thing2}.
    | And {friend}? {Friend} sold the {thing2}, and [bought|got] {need}.
    Then {friend} opened a parcel by [one candle|the stove]. It was {need2}. {Friend} looked [very strange|surprised].
    | [In the evening|At last], {friend} [opened|got] a parcel and found {need2}. {Friend} was very quiet.
    "[Do you not like it|Is it the wrong one]?" asked {hero}. "[It is lovely|I love it]," said {friend}. "But I sold the {thing2} for your present." [It was|And that was] {need}.
    | "[Is something wrong|What is it]?" asked {hero}. "[It is wonderful|It is just right]," said {friend}. "But [I sold the {thing2}|the {thing2} is gone. I sold it] to [buy|get] you {need}."
    Then {hero} laughed. "[And I sold the {thing}|I have no {thing} anymore]!" And {friend} laughed too[, until the tears came|].
    | It was quiet [for a while|in the room]. "[And I|I] sold the {thing} for yours," said {hero}. Then they both had to [laugh|laugh and cry].
    "These are the [most useless|silliest] presents [in the world|of all]," said {friend}. "[And|But also] the best ones," said {hero}.
    | "[What silly presents|What useless presents]!" said {friend}. "[The best ones of all|But I love mine]," said {hero}.
    """),
]
