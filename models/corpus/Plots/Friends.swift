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
    about = friendship | a new friend | being lonely | two friends who find each other
    {Hero} [was lonely|had nobody to play with]. [{He} played with {his} shadow|{He} talked to the stones|{He} told {his} jokes to a tree], but that is not the same.
    | {Hero} wanted a friend. "[Not a big one|A small one would do|One who laughs at my jokes]," {he} said.
    {When}, {he} wrote on a [leaf|board|big stone]: "Friend wanted." {He} waited [one day|the whole morning]. [The wind took it away|The rain washed it away].
    | {When}, {he} asked {other}. "[Do you want to play|Will you be my friend]?" "[I have to work|I already have a friend|Ask me tomorrow]," {said other}.
    ? {Hero} {went} {to place}, and then {to place2}. Everybody there was with somebody.
    Then {he} saw {friend}, who sat {spot}, [all alone|and looked at the ground].
    ? {His} heart beat faster. What should {he} say? "[Hello|Hi|Um]," said {hero}. "[Is this place free?|Are you waiting for somebody?|Nice weather]."
    "{Hello friend}" {said friend}. Then nobody said anything. [It was a long silence|A leaf fell down]. "[Do you like {food}|Would you like to play|Shall I tell you a joke]?" asked {hero}.
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
    friend = bear | badger | giant | troll | witch | wolf | dragon | toad | owl | crow | wizard: he | goat | boar
    Next door to {hero} lived {friend}. Everybody was afraid of {friend}. [The windows were always closed.|On the gate stood: "Go away!"]
    | "Psst! Do not go there," they all told {hero}. "There lives {friend}. [Very mean|Eats children for lunch|Never smiles]!"
    {When}, {his} ball [flew|rolled] over the fence, right into that garden. "[Who was that?|Come out, whoever you are]!" somebody [shouted|roared].
    "[It was me|I am sorry|Only me]," said {hero} in a [thin|small] voice. {He} wanted to run, but {he} wanted {his} ball too.
    The door opened. {Friend} was [even bigger|even grumpier] than they said. "[What do you want?|Bah]!" {asked friend}.
    {Hero} [looked around|swallowed]. The garden was full of [weeds|dry leaves], and on the table stood one cup. Only one.
    | Then {hero} saw the table behind the door. There was one plate on it, one spoon, [and one chair|and dust on everything else].
    "[Is nobody ever here for tea|Do you always drink alone]?" {he} asked. {Friend} [wanted to say something|wanted to shout], but nothing came out.
    "[Nobody has asked me that for twenty years|They all run away|I forgot how to be friendly]," {said friend} at last.
    The next day {hero} came back, with {food} and a second cup. "[Tea|It is three o'clock]," {he} said. "[Hmph|Well]," said {friend}, but the door stayed open.
    | And what did {hero} do? {He} came again the day after, and {he} brought {food} and a cup of {his} own. "[Tea|May I sit down]?" {he} asked. "[Hmph|If you must]," {said friend}.
    ? They said [nothing at all|not much] the first time. The second time, {friend} showed {him} a tree full of cherries. The third time, {friend} laughed. It sounded rusty.
    Today the gate is open. On it stands: "[Come in|Mind the flowers]." [And the ball flies over the fence quite often|The children come every Sunday].
    | "[Were you not afraid|How did you do that]?" the others asked {hero}. "[Yes, until I saw the cup|I just asked about the tea]," {he} said.
    """),

  // The egg.
  Plot(
    """
    fits = dry
    who = who finds an egg | who hatches an egg | and a strange egg
    about = a strange egg | an egg | somebody who finds an egg
    baby = little dragon | little turtle | little duck | little crocodile | little owl | little ostrich | little dinosaur | little swan
    {When}, {hero} found an egg {spot}. It was [blue with white dots|warm and smooth|green like a frog].
    | "Whose egg is this?" asked {hero}. It lay {spot}, [all alone|in the cold]. [Nobody answered|Nobody knew].
    {He} asked {friend}. "[Not mine|I do not lay eggs]," {said friend}. "Make pancakes of it." "[Never|No]! Somebody lives in it," said {hero}.
    So {hero} [put it in a soft nest|sat down next to it] and kept it warm. [Day and night|In sun and rain]. {He} told it stories, so that it would not be bored.
    | {Hero} made a nest of [hay|socks] and lay down around the egg. [Rain or sun|Summer or storm], {he} did not leave it alone for an hour.
    "[You cannot sit there forever|That is only a stone|Come and play]," {said friend}. But {hero} stayed.
    | A week went by. {His} back hurt. {He} was [hungry and tired|missing all the games]. But {he} stayed.
    Then, one night: knock, knock. [From the inside|It came out of the egg]! A crack. A bigger crack. And a small wet head looked out. It was {an baby}!
    | One night {he} heard a soft knock, and it came from the egg! [The shell broke|A piece of the shell fell off], and there sat {an baby}, wet and small.
    "[Mama|Papa]!" it said to {hero}. "[I am not your mama|I am only {hero}]," {he} said, and turned very red. "Mama," it said again.
    | The first thing that it saw was {hero}. "[Mama|Papa]!" it said. "[Oh no, that is not me|I only kept you warm]," said {hero}, but {his} heart made a jump.
    ? From now on, the {baby} followed {him} everywhere. [Into the bath|To the market|Under the table]. [What {hero} ate, it ate|What {hero} sang, it sang].
    either
    One day there was a knock at the door. There stood the real mother, big and worried. "I have looked everywhere," the mother said.
    | Then, in spring, somebody big stood in front of the house. It was the mother. "[They told me that you have my child|I have looked for it all winter]," the mother said, and waited.
    {Hero} [had tears in the eyes|hugged the {baby}]. "[You kept it warm|You are its mother too]," the mother said. "[Come and see us every day|It will have two families now]."
    or
    It grew and grew. Soon the {baby} was bigger than {hero}. Now it was the {baby} that carried {hero} home when {he} was tired.
    | In one year it was as big as a cow. {Hero} had to stand on a chair to [wash its ears|say good night]. And when the snow was deep, the {baby} carried {him} all the way.
    "[Do you remember when I carried you|You were so small.]?" asked {hero}. "[I remember the stories|I will never forget it]," said the {baby}.
    then
    [And {friend}? {Friend} never asked for pancakes again.|"Good that we did not make pancakes," {said friend}.]
    """),

  // Hide and seek.
  Plot(
    """
    who = who plays hide and seek | who hides too well | who plays hide and seek with {his} friends
    about = hide and seek | a game | playing
    "One, two, three!" counted {friend}. They were playing hide and seek {in place}, and {hero} wanted to find the best place of all.
    | {When}, they all played hide and seek {in place}. {Friend} had to look for the others. "[Ready or not, here I come|I am coming]!"
    {Hero} tried it {spot}. [Too easy|That was where everybody hid]. {He} tried it {spot2}. [Taken|Somebody sat there already]. Then {he} saw [a big empty barrel|a hollow tree|a pile of hay], and crept in.
    It was [soft|dark and warm] in there. {Friend} came by, so close that {hero} could have touched a toe. {He} [held {his} breath|put a hand over {his} mouth].
    ? "Found you! Found you too!" {Hero} heard it from far away. [All the others were found|One after the other was found]. But nobody found {hero}.
    either
    {He} waited. And as {he} waited, {his} eyes closed. [Soon {he} was asleep|Soon {he} snored].
    When {he} woke up, it was [dark|quiet outside]. "[They went home without me|They forgot me]," {he} thought. Then {he} saw lights between the trees.
    "[Where are you? We give up|You have won]! Please come out!" It was the voice of {friend}, and it shook a little. They had looked for {him} for [hours|half the night].
    or
    "This is fun," thought {hero}. After a while {he} thought, "This was fun." And after another while, "[It is a bit lonely.|What is the use of the best place if nobody finds me]?"
    So {he} [coughed|sneezed, not very softly|sang a little]. Nothing. {He} [coughed louder|sneezed like an elephant].
    "There you are!" cried {friend} [with a big smile|and jumped for joy]. "[That was the best place ever|I would never have found you]!"
    then
    "[Being found is the best part|I like hiding, but I like to be found even more]," {said hero}.
    | "[Next time I will hide a little worse|Next time I will leave a toe out]," {said hero}. "[Please do|Yes, please]," {said friend}.
    ? Then they went home together, [and everybody held on to somebody|and {hero} got the biggest piece of cake].
    """),

  // The echo.
  Plot(
    """
    nature = little | young | small | big
    tags = plain
    who = who hears an echo | who shouts into the valley | and the echo
    about = an echo | being angry | a kind word
    shout = Go away | You are silly | Leave me alone | Hey there
    {When}, {hero} was in a bad mood and {went} up the mountain. "{Shout}!" {he} shouted at nobody.
    | {Hero} had never been in the mountains before. "{Shout}!" {he} shouted down into the deep valley.
    And somebody shouted back: "{Shout}!"
    "[Stop that|Stop it]!" cried {hero}. "Stop it!" cried the voice. "I will come and get you!" "Get you!" came back.
    {Hero} stamped {his} foot. [{He} had never met anybody so rude|How rude]! {He} ran to {friend}, who lived nearby. "Over there lives somebody very bad!"
    | [So rude|What a mean voice]! {Hero} went straight to {friend}, whose house was not far. "[There is somebody over there who makes fun of me|I have an enemy in the valley]," {he} said.
    {Friend} [smiled|scratched an ear]. "[I know that one|Oh, the one in the valley]. Strange, to me it is always friendly," {said friend}. "[Try it with a kind word|Come, I will show you]."
    They went back together. "[Go on|Say something nice]," whispered {friend}. {Hero} [frowned|felt silly]. "Hello!" {he} shouted. "Hello!" said the valley.
    | So {hero} tried it, [very softly at first|though it felt silly]: "Good day!" And from the hills it came back: "Good day!"
    ? "[I am sorry|Shall we be friends?]!" shouted {hero}. "[Sorry|Friends]!" said the valley, and said it three times.
    ? {He} laughed, and the whole valley laughed with {him}. [It was the biggest laugh in the world|Ha, ha, ha, it went from hill to hill].
    "[So it is always nice to you because you are nice to it|It says what I say]," {said hero}. "[Most people are like that too|Not only the valley]," {said friend}.
    | "[Do I sound like that when I am angry|Was that me]?" {he} asked. {Friend} only [nodded|smiled].
    ? Since then {hero} starts each day at the window and calls, "[Good morning|I like you]!" [And what do you think comes back?|And something good always comes back.]
    """),

  // A letter from far away.
  Plot(
    """
    who = who writes a letter | who gets a letter | who waits for a letter | whose best friend moves away
    about = a letter | a friend who moves away | missing somebody
    {Hero} and {friend} had been friends [for years|since they could walk]. {When}, {friend} had to move away, over the mountains.
    | {When}, a cart stood at the door of {friend}. "[We are moving|I have to go away|We will live by the sea now]," {said friend} to {hero}.
    "[Who will laugh at my jokes|Who will play with me]?" asked {hero}. "[I will write to you|We can write letters]," {said friend}, and the cart rolled away.
    {Hero} waved until {his} arm [hurt|was tired]. The next day was [long and empty|as gray as a stone].
    So {he} sat down and wrote: "[Dear friend, it is raining here, and nobody steps into the puddles with me|Dear friend, the tree is in bloom, and your branch is empty|Dear friend, I told the cat our joke. The cat did not laugh]."
    {He} waited for an answer. One week. Two weeks. Every day {he} ran to the [gate|mailbox]. [There was nothing|Only a spider was in it].
    | Every morning {he} looked into the [box|mailbox] at the gate. Monday, nothing. Tuesday, nothing. After two weeks {he} [stopped counting|still looked].
    "[I am forgotten|Maybe there are better friends by the sea]," {he} thought.
    either
    Then {other}, who brought the letters, came running. "Forgive me! They had fallen behind my seat!" And there were [seven|nine] letters, all together.
    {Hero} read them {spot}, one after the other. In each of them was a shell. "[Do you still step into puddles|I saved you the other half of my shell.]?" the last one said.
    or
    Then, one morning, the letter came. It was thick. In it was a drawing of two friends in a puddle, and one line: "[The puddles here are too deep for one|I am coming in summer]."
    or
    Then somebody knocked. {Hero} opened the door. It was not a letter. It was {friend}! "[A letter was too slow|I wanted to bring the answer myself]," {said friend}.
    then
    ? "Far is only a word," {said hero}.
    | They write to this day. Sometimes it is only a joke.
    [Friends are like stars: you do not always see them, but they are there|Real friends do not get smaller when they are far away].
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
    "[It looks funny|That is not normal]," they said. [{Hero} pretended not to hear it|{He} laughed along, but it hurt].
    ? {He} wished to be like everybody else. {He} tried [a big coat|a bag over the head]. It did not help.
    Only {friend} never laughed. "{Hello friend} [You are easy to find|I like it]," {said friend}.
    Then, that [summer|winter|year], a bad day came. [Everybody was in trouble|The whole village was in danger]. Nobody knew what to do.
    {use}.
    It was very quiet {in place}. Then they all [cheered|clapped|wanted to shake {his} hand]. "[We laughed at you|We were stupid]," they said. "[Can you forgive us?|We are sorry]."
    "[It is all right|Well, it does look a little funny]," said {hero}, and now {he} could laugh about it {himself}.
    | "[I told you so|I always liked it]," {said friend}. And {hero} never hid again.
    ? Today all the children want to have {odd}. [But there is only one {hero}|It cannot be bought in any shop].
    """),
]
