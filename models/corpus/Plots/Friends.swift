// Friends, and how one finds them.

let friends = [
  // Two lonely ones.
  Plot(
    """
    fits = all
    friendnature = shy | small | kind | friendly | young
    nature = little | young | small | quiet | dreamy | shy
    tags = plain
    who = who wants a friend | who is lonely | who has no friends | who looks for a friend
    about = friendship | friendship | a new friend | being lonely | loneliness | two friends who find each other
    {Hero} [was lonely|had nobody to play with]. [{He} played with {his} shadow|{He} talked to the stones|{He} told {his} jokes to a tree], but that is not the same.
    | {Hero} wanted a friend. "[Not a big one|A small one would do|One who laughs at my jokes]," {he} said.
    {When}, {he} wrote on a [leaf|board|big stone]: "Friend wanted." {He} waited [one day|the whole morning]. [The wind took it away|The rain washed it away].
    | {When}, {he} asked {other}. "[Do you want to play|Will you be my friend]?" "[I have to work|I already have a friend|Ask me tomorrow]," {said other}.
    ? {Hero} {went} {to place}, and then {to place2}. Everybody there was with somebody.
    Then {he} saw {friend}, who sat {spot}, [all alone|and looked at the ground].
    ? {His} heart beat faster. What should {he} say? "[Hello|Hi|Um]," said {hero}. "[Is this place free?|Are you waiting for somebody?|Nice weather]."
    "{Hello friend}" {said friend}. [Then nobody said anything|Both were quiet]. [It was a long silence|A leaf fell down|A cloud went by]. "[Do you like {food}|Would you like to play|Shall I tell you a joke]?" asked {hero}.
    "[Yes|Oh yes|Yes, very much]," {said friend}, and smiled a little. "[I have been looking for somebody|I thought that nobody would ever ask me|I am new here]."
    either
    They played [until it was dark|hide and seek]. {Hero} was the captain, and {friend} was the ship. Then they changed.
    or
    They talked and talked. Both of them liked [rain|stones]. Both of them were afraid of [cows|the dark]. And both of them hated getting up.
    or
    They built a house of [sand|leaves|sticks]. It fell down. They built it again, and [it fell down again|this time it stood]. It was the best game of all.
    then
    "[I have to go home now|It is late]," {said friend}. "But [I will come back tomorrow|tomorrow we go on], right?" "Right!" said {hero}.
    | "Where [were you|have you been] all the time?" asked {hero}. "[Right here|Behind the next corner]," {said friend}.
    [Now, when {he} tells a joke, somebody laughs|Now {his} shadow has a shadow to play with].
    """),

  // The grumpy neighbor.
  Plot(
    """
    who = and {his} grumpy neighbor | who has a grumpy neighbor | who makes a grumpy one laugh
    about = a grumpy neighbor | being kind to somebody grumpy
    friendnature = grumpy
    friend = bear | badger | giant: he | troll | witch: she | wolf | dragon | toad | owl | crow | wizard: he | goat | boar
    Next door to {hero} lived {friend}. Everybody was afraid of {friend}. [The windows were always closed.|On the gate stood: "Go away!"]
    | "Psst! Do not go there," they all told {hero}. "There lives {friend}. [Very mean|Eats children for lunch|Never smiles]!"
    | In the house next to {hero} lived {friend}, who [never said hello|shouted at everybody|never laughed]. [Nobody dared to knock there|They all kept away from that house].
    {When}, {his} ball [flew|rolled|went] [right into that garden|into the garden next door|over the fence]. "[Who was that?|Who is there?|Come out, whoever you are]!" somebody [shouted|roared].
    ? "[It was me|I am sorry|Only me]," said {hero} in a [thin|small|very small] voice.
    The door opened. {Friend} was even grumpier than [they said|{hero} had thought]. "[What do you want?|Bah]!" {asked friend}.
    | Out came {friend}, [as grumpy as could be|with a face like a storm]. "[What do you want?|Go home]!" {asked friend}.
    | There stood {friend}. "[Hmph. What now?|Balls and noise, all day long]!" {said friend}.
    [On a table by the door|On the table], {hero} saw one cup. Only one.
    | Then {hero} saw a table with one plate, one spoon, and [one chair|a lot of dust].
    | It was very quiet in the house. There was one [chair|bed], one [spoon|plate] and one cup.
    "[Is nobody ever here for tea|Do you always drink alone|Do you never have visitors]?" {he} asked. {Friend} [wanted to say something|wanted to shout], but [nothing came out|no word came out|could not].
    ? "[Nobody has asked me that for twenty years|They all run away|I forgot how to be friendly]," {said friend} at last.
    The next day {hero} came back with {food} and [two cups|hot tea]. "[Tea|It is three o'clock]," {he} said. "[Hmph|Well]," said {friend}, but the door stayed open.
    | So {hero} came again, and {he} brought {food} and [tea|a second cup]. "[Tea|May I sit down]?" {he} asked. "[Hmph|If you must]," {said friend}.
    | And what did {hero} do? {He} [fetched|brought] {food}. "[Half is for you|May I sit down?]," {he} said. "[Hmph|If you must]," {said friend}.
    {Hero} told [a joke|three jokes|a funny story], and {friend} laughed. It sounded [rusty|like an old door].
    | They did not say much. But when {hero} sat down on the {food}, {friend} laughed [so hard that the windows shook|like an old door].
    | The first time they said nothing. The [second|third] time, {friend} laughed[.| at last.] [It sounded rusty|It sounded strange].
    Today the gate is open. On it stands: "[Come in|Mind the flowers]."
    | "Were you not afraid?" the others asked {hero}. "[Only the first time|For a minute]," {he} said.
    | Today {his} ball flies over there quite often, [and nobody shouts|and {friend} throws it back].
    """),

  // The egg.
  Plot(
    """
    fits = dry
    who = who finds an egg | who hatches an egg | and a strange egg
    about = a strange egg | an egg | somebody who finds an egg
    baby = little dragon | little turtle | little duck | little crocodile | little owl | little ostrich | little dinosaur | little swan
    {When}, {hero} found an egg {spot}. It was [blue with white dots|warm and smooth|green like a frog].
    | "Whose egg [is this|can that be]?" asked {hero}. It lay {spot}, [all alone|in the cold].
    | {When}, there was something round {spot}. {Hero} looked at it. It was an egg, [still warm|all alone].
    {He} asked {friend}. "[Not mine|I do not lay eggs]," {said friend}. "Make pancakes of it." "[Never|No]! Somebody lives in it," said {hero}.
    | "[Let us make pancakes|Pancakes]!" {said friend}, who came by. "[No|Never]," said {hero}. "[I heard it knock|There is somebody in it]."
    | {Friend} wanted to [make|bake] pancakes. "[Not of this egg|No, no]," said {hero}. "[There is a child in it|Somebody sleeps in there]."
    So {hero} [put it in a soft nest|sat down next to it] and kept it warm, [day and night|in sun and rain]. [{He} told it stories.|{He} sang to it.]
    | {Hero} made a nest of [hay|socks] and lay down around the egg. [Rain or sun|Day or night], {he} did not leave it alone.
    | {He} took it [home|to bed] and kept it warm [under a blanket|with a blanket], [night after night|for many days].
    ? {He} [missed all the games|was hungry and tired]. But {he} stayed with the egg.
    | "You cannot sit there forever," {said friend}. But {hero} [could|stayed].
    One night: knock, knock! [The shell broke|There was a crack, then a bigger one], and out came {an baby}, [wet and small|still wet].
    | Then [a piece of the shell fell off|the shell had a crack], and a small wet head looked out. It was {an baby}!
    | One morning the egg [moved|shook]. Crack! There sat {an baby}, [wet and small|very small].
    "[Mama|Papa]!" it said. "[That is not me|I only kept you warm]," said {hero}, but {his} heart made a jump.
    | The first thing that it saw was {hero}. "[Mama|Papa]!" it said, [and {hero} turned very red|and {he} had to laugh].
    | It [blinked|yawned] and looked at {hero}. "[Mama|Papa]!" it [said|called].
    ? From now on, it followed {him} [everywhere|into the bath|to the market].
    either
    One day its mother stood [at the door|there], big and worried. "[I have looked everywhere|I have looked for it so long]," the mother said.
    | Then, in spring, its mother came. "[They told me that you have my child|I have looked for it so long]," the mother said.
    {Hero} [had tears in the eyes|hugged the {baby}]. "[Come and see us every day|It will have two families now]," the mother said.
    | "[Thank you|You kept it warm]," the mother said to {hero}. "Now it has two families."
    or
    It grew and grew. And one cold [night|winter], it was the {baby} that kept {hero} warm.
    | Soon it was not so small anymore. When {hero} was [cold|sad], the {baby} [came and kept {him} warm|sat down close to {him}].
    "Do you remember how small you were?" asked {hero}. "[I remember|I was never small]," said the {baby}.
    | "[Thank you|How good you are to me]," said {hero}. "I learned it from you," said the {baby}.
    then
    ? "Good that we did not make pancakes," {said friend}.
    | And {friend} never asked for pancakes again.
    """),

  // Hide and seek.
  Plot(
    """
    who = who plays hide and seek | who hides too well | who plays hide and seek with {his} friends
    about = hide and seek | a game | playing
    "One, two, three!" counted {friend}. They were playing hide and seek {in place}, and {hero} wanted to find the best place of all.
    | {When}, {hero} and {his} friends played hide and seek {in place}. {Friend} had to [look for the others|count to twenty].
    | {When}, {hero} played hide and seek with {his} friends {in place}. "[I am coming|Ready or not, here I come]!" called {friend}.
    {Hero} tried it {spot}. [Too easy|Somebody sat there already]. Then {he} saw [a big empty barrel|a big box|a pile of hay], and [crept in|hid in it].
    | Where could {he} hide? {Spot}? [Too easy|No, everybody hid there]. Then {he} found [an empty sack|a big box|an old barrel] and [crept|went] inside.
    | {Hero} looked for a good place[.| and found one.] There was [an old barrel|a pile of leaves|a big basket], and {he} hid in it.
    It was [soft|dark and warm] in there. {Friend} came by, [but saw nothing|looked around, and went on].
    | {Friend} came by, so close that {hero} [held {his} breath|did not dare to move].
    | [Steps came near|Somebody came near]. It was {friend}! {Hero} [held {his} breath|did not move], and {friend} went on.
    ? "Found you! And you!" {he} heard from far away. But nobody found {hero}.
    | [One after the other was|All the others were] found. [But {hero} was not.|Only {hero} was not.]
    either
    {Hero} waited. And as {he} waited, {his} eyes closed. [Soon {he} was asleep|Soon {he} snored].
    | {Hero} waited and waited, until {he} fell asleep.
    When {he} woke up, it was [dark|night]. "[They went home without me|They forgot me]," {he} thought. Then {he} saw [lights|a light].
    | {He} woke up in the dark. "[Have they all gone home?|They forgot me]," {he} thought. Then somebody called.
    "[Where are you? We give up|You have won|Please come out]!" It was {friend}. They had looked for {him} [for hours|half the night].
    | "[There you are|At last]!" It was {friend}. "We looked for you [for hours|everywhere]!"
    or
    "This is fun," thought {hero}. After a while {he} thought, "This was fun." And then, "[It is a bit lonely.|What use is the best place if nobody finds me?]"
    | At first {he} was proud. Then {he} was bored. Then {he} was [lonely|a little sad].
    | "[Nobody finds me|I have won]!" thought {hero}. But [soon it was lonely in there|it is no fun to win alone].
    So {he} [coughed|sneezed|sang a little], not very softly. Nothing. {He} did it again, [like an elephant|as loud as a trumpet].
    | So {he} [sang|whistled|coughed], first softly, then [louder|as loud as {he} could].
    "[There you are|Found you]!" cried {friend} [with a big smile|and jumped for joy]. "[That was the best place ever|I would never have found you]!"
    then
    "[Being found is the best part|I like hiding, but I like to be found even more]," {said hero}.
    | "[Next time I will hide a little worse|Next time I will leave a toe out]," {said hero}. "[Please do|Yes, please]," {said friend}.
    ? They all went home together, [singing|laughing].
    | And then it was time for {food}. {Hero} got the [biggest|best] piece.
    """),

  // The echo.
  Plot(
    """
    nature = little | young | small | big
    tags = plain
    who = who hears an echo | who shouts into the valley | and the echo
    about = an echo | being angry | a kind word
    shout = Go away | You are silly | Leave me alone | Hey there
    {When}, {hero} was in a bad mood and {went} up the mountain. "{Shout}!" {he} shouted [at nobody|into the valley].
    | {Hero} had never been in the mountains before. "{Shout}!" {he} shouted [into the deep valley|down into the valley].
    | {When}, {hero} was angry with [everybody|the whole world] and {went} up a hill. "{Shout}!" {he} shouted into the valley.
    And somebody shouted back: "{Shout}!"
    | "{Shout}!" a voice [answered|shouted back].
    | "{Shout}!" it came back [from the other side|from far away].
    "Stop it!" cried {hero}. "Stop it!" [cried|said] the voice.
    | "Who are you?" [cried|called] {hero}. "You! You!" [cried|said] the voice.
    | "I will come and get you!" cried {hero}. "Get you!" [said|cried] the voice.
    ? "Be quiet!" {he} [said|called]. "Quiet!" [said|called] the voice.
    {Hero} [stamped {his} foot|was even more angry now]. {He} ran to {friend}. "Over there lives somebody very [bad|rude]!"
    | [So rude|What a mean voice]! {Hero} went straight to {friend}. "[There is somebody who makes fun of me|I have an enemy in the valley]," {he} said.
    | "[How mean|How rude]!" said {hero} and {went} to {friend}. "[Somebody shouts at me|Somebody in the valley does not like me]."
    {Friend} [smiled|scratched an ear]. "[Oh, the echo|That is the echo]. To me it is always friendly," {said friend}. "Try it with a kind word."
    | "[I know that one|Ah, that one]," {said friend}. "It is an echo. [Come, I will show you|Try a kind word]."
    | "[An echo|That was an echo]," {said friend} with a smile. "[What did you shout?|It is nice to me.] Try a kind word."
    They went back together. "[Go on|Say something nice]," whispered {friend}. {Hero} [frowned|felt silly]. "Hello!" {he} shouted. "Hello!" said the valley.
    | So {hero} tried it, [very softly at first|though it felt silly]: "Good day!" And [from the hills it came back|back it came]: "Good day!"
    | Back they went. "I like you!" shouted {hero}. "I like you!" [said|answered] the valley.
    ? "I am sorry!" shouted {hero}. "Sorry!" said the valley.
    | "Shall we be friends?" shouted {hero}. "Friends!" said the valley[.|, three times.]
    | {He} laughed, and the whole valley laughed with {him}. [It went from hill to hill.|It was the biggest laugh in the world.]
    "[So it is nice to you because you are nice to it|It says what I say]," {said hero}. "[Most people are like that too|Not only the valley]," {said friend}.
    | "[Do I sound like that when I am angry|Was that me]?" {he} asked. {Friend} only [nodded|smiled].
    | "It is my own voice!" {said hero}. "[When you are kind, it is kind|Then use it well]," {said friend}.
    ? Since then {hero} [starts each day at the window and calls|calls every morning], "[Good morning|I like you]!" [And what do you think comes back?|And something good always comes back.]
    | Now {hero} and the valley say good night to each other.
    """),

  // A letter from far away.
  Plot(
    """
    who = who writes a letter | who gets a letter | who waits for a letter | whose best friend moves away
    about = a letter | a friend who moves away | missing somebody
    {Hero} and {friend} had been friends [for years|since they could walk]. {When}, {friend} had to move away, [over the mountains|over the sea].
    | {When}, a cart stood at the door of {friend}. "[We are moving|I have to go away|We will live far away now]," {said friend} to {hero}.
    | {Hero} had a best friend, {friend}. {When}, {friend} moved [far away|away, over the sea|away, over the mountains].
    "[Who will laugh at my jokes|Who will play with me|What shall I do without you]?" asked {hero}. "[I will write to you|We can write letters]," {said friend} [and waved for a long time|and had to go|and waved].
    ? The next day was [long and empty|as gray as a stone|very quiet].
    So {he} sat down and wrote a letter: "[Dear friend, it is raining, and nobody steps into the puddles with me|Dear friend, the tree is in bloom, and your branch is empty]."
    | {Hero} wrote a letter: "[Dear friend, I told the cat our joke. The cat did not laugh|Dear friend, there is nobody here to laugh with]."
    | So {hero} wrote a long letter. "[Come back soon|I miss you|It is so quiet here]," it said at the end.
    {He} waited for an answer. [One week. Two weeks.|One week went by, then two.] Every day {he} [ran|went] to the [gate|mailbox]. [Nothing|No letter].
    | Every morning {he} looked into the [box|mailbox] at the gate. [Monday, nothing. Tuesday, nothing|Only a spider was in it].
    | A week went by, [and then another|and then two]. [No answer came|There was no answer].
    "[I am forgotten|Maybe there are better friends over there|Maybe {friend} has new friends now]," {he} thought.
    either
    Then {other} came running with a bag. "[Forgive me|I am so sorry]! They had fallen behind my seat!" And there were [seven|nine] letters.
    | Then {other}, who brought the letters, came running. "[I found these under my seat|These fell behind my seat]!" There were [seven|nine] letters.
    {Hero} read them all [{spot}|at once|twice]. "[Do you still step into puddles?|I saved you half of my shell.]" the last one said.
    or
    Then, one morning, the letter came. It was thick. In it was a drawing of two friends in a puddle, and one line: "[The puddles here are too deep for one|I am coming in summer]."
    | At last a letter came. There was [a shell|a feather] in it, and it said, "[I am coming in summer|Nobody here laughs like you]."
    or
    Then somebody knocked. {Hero} opened the door. It was not a letter. It was {friend}! "[A letter was too slow|I wanted to bring the answer myself]," {said friend}.
    | Then, one day, {friend} stood there! "[I wanted to bring the answer myself|Writing is too slow]," {said friend}.
    then
    ? "Far is only a word," {said hero}.
    | They write to this day. Sometimes it is only a joke.
    [Friends are like stars: you do not always see them, but they are there|Real friends do not get smaller when they are far away|A friend is a friend, near or far].
    """),

  // One who is different.
  Plot(
    """
    tags = plain
    who = who is different | who is not like the others | who has {odd}
    about = being different | somebody who is not like the others | being laughed at
    odd, use = very big ears / Who else could hear the water under the ground? {Hero} put an ear to the ground and listened. "Here!" {he} said, and they dug, and cool water came out | a very long nose / Who else could smell the way? {Hero} put {his} nose to the ground and led them all back to the village, through the thick smoke | a very loud voice / Who else could shout so loud that they heard it in the next village? {Hero} took a deep breath and called for help, and help came | green hair / Who else could hide in the grass and watch the thief? {Hero} lay there all night, and in the morning {he} told everybody who had taken the eggs | very big feet / Who else could walk on the deep snow? {Hero} went over it as on a road and brought bread to everyone | spots that glowed at night / Who else could show the way in the dark? {Hero} walked in front, like a lamp, and they all followed
    {Hero} had {odd}. [Nobody else had that|Nobody knew why].
    | "Look who is coming!" the others laughed when they saw {hero}, because {he} had {odd}.
    "[It looks funny|That is not normal|How strange]," they said. [{Hero} pretended not to hear it|{He} laughed along, but it hurt|{He} wanted to cry].
    ? {He} wished to be like everybody else. {He} tried [a big coat|a bag over the head]. It did not help.
    Only {friend} never laughed. "{Hello friend} [You are easy to find|I like it|It looks good on you]," {said friend}.
    Then, that [summer|winter|year], a bad day came. [Everybody was in trouble|The whole village was in danger]. [Nobody knew what to do|Nobody could help|What could they do?].
    {use}.
    It was very quiet {in place}. Then they all [cheered|clapped|wanted to shake {his} hand]. "[We laughed at you|We were stupid|We were wrong]," they said. "[Can you forgive us?|We are sorry|Forgive us]."
    "[It is all right|Well, it does look a little funny]," said {hero}, and now {he} could laugh about it {himself}.
    | "[I told you so|I always liked it]," {said friend}. And {hero} never hid again.
    ? Today all the children want to have {odd}. [But nobody is like {hero}|It cannot be bought in any shop].
    """),
]
