// What goes wrong, and what comes of it.

let mischief = [
  // Something is broken, and the truth is hard.
  Plot(
    """
    fits = dry
    who = who broke {a thing} | who breaks {a thing} | who told a lie | who has to say sorry | who did not tell the truth
    about = saying sorry | telling the truth | a lie | a broken {thing}
    thing = @breakables
    {When}, {hero} was playing in the house of {friend}. {He} [jumped|danced|threw a ball], and crash! The {thing} of {friend} lay on the floor, in [two|a hundred] pieces.
    | {Hero} only wanted to look at the {thing} of {friend}. But it was slippery. Crash!
    {He} [looked around|stood very still]. Nobody had seen it. {He} pushed the pieces [under the carpet|behind a curtain] and {went} home.
    "Have you seen my {thing}?" {asked friend} the next day. "[No.|Me? No.|What {thing}]?" said {hero}. {His} ears [burned|turned red].
    ? "[It must have been the wind|Maybe it was the cat]," {he} added. One lie is never alone.
    That night, {he} could not sleep. {He} turned to the left. {He} turned to the right. The pieces seemed to lie under {his} own bed.
    | {Food} did not taste good. The sun did not feel warm. {Hero} carried something heavy around, and nobody could see it.
    either
    In the morning, {he} {went} to {friend}. "[It was me|I broke it], and then I told a lie," {he} said, very fast. "[I am sorry|I am so sorry about both]."
    or
    Then {friend} began to scold {other}. "[You broke it|It was you, I know it]!" {Other} [cried|did not know what to say]. "Stop!" {said hero}. "It was me. [I broke it|I am sorry]."
    or
    {He} wrote on a piece of paper: "[It was me|I broke it. I am sorry]." {He} put it under the door of {friend} and ran. Then {he} stopped, came back, and knocked.
    then
    {Friend} said nothing for a while. {Hero} looked at {his} feet. Then {friend} took a deep breath.
    | For a moment {friend} only [looked out of the window|sat there]. {Hero} would have liked to be [a mouse|very far away].
    "[I am sad about the {thing}|It was a present from my aunt]," {said friend}. "[But I am glad that you told me|But you came back, and that was harder than running away]."
    They put the pieces together with glue, all afternoon. [One piece was missing, so they painted a flower there|You could see every crack].
    | {Hero} held the pieces, and {friend} had the glue. It took until evening. [One little hole stayed|It had more cracks than a dry lake].
    "[Now it is more beautiful than before|Every crack is a story]," {said friend}. And that night {hero} slept like a stone.
    | It took {him} a month to earn a new one. But the first one, full of cracks, stayed on the shelf too. "I like that one better," {said friend}.
    """),

  // The lazy one.
  Plot(
    """
    nature = lazy | sleepy
    tags = plain
    who = who is very lazy | who does not want to work | who never wants to work
    about = being lazy | work | somebody who is too lazy to work
    {Hero} was so lazy that {he} [yawned in {his} sleep|let the rain wash {his} dishes].
    | "[Tomorrow|Later|Not now]," was the favorite word of {hero}. {He} was the laziest one {in place}.
    "Will you help me bring in the [hay|wood|apples]?" {asked friend}. "[Tomorrow|When I have finished lying here|My arms are asleep]," {said hero}.
    | All summer, {friend} carried [wood|nuts|hay] into the house. {Hero} lay in the grass and watched. "[It makes me tired just to look at you|Winter? That is far away]," {he} said.
    ? "[The roof has a hole|It will be cold soon]," {said friend}. "[It is not raining|I will look at it tomorrow]," {said hero}.
    Then came [the first snow|the cold wind|the great rain], and it did not wait until tomorrow.
    In the house of {hero} it was [cold and wet|as cold as outside]. The cupboard was empty. {He} [shivered|sat in a corner under all {his} hats].
    either
    {He} knocked at the door of {friend}. "[I was wrong|May I come in? I am so cold]," {he} said. {Friend} looked at {him} for a long time.
    "[You may stay|Come in]," {said friend}. "But tomorrow you cook." "Not tomorrow," {said hero}. "Now!" And {he} took off {his} hats and began.
    or
    {He} got up, [for the first time in weeks|and that was not easy]. {He} mended the roof in the rain. It was hard. But when it was done, {he} sat under it and listened to the drops.
    "[I did that|My roof]," {he} said, and felt something new. It was warm, and it was not the stove. When {friend} came to help, {he} said, "[Too late, it is done|I did it today]!"
    then
    From then on, {he} still liked to lie in the grass. [But first {he} did {his} work, and then the grass was twice as soft.|"But after work, not before it," {he} said.]
    | "[What is your favorite word|When shall we do it]?" {friend} sometimes asked. "[Now|Today]!" {said hero}, and then they both laughed.
    """),

  // Who ate the cake?
  Plot(
    """
    who = who looks for a thief | who finds out who ate the {cake} | who is a detective | who solves a mystery
    about = a mystery | a detective | the stolen {cake} | somebody who ate the {cake}
    cake = cake | pie | pudding | pancakes | cookies | cheese
    {When}, the {cake} of {friend} was gone. It had been on the window. Now there was [only an empty plate|nothing but crumbs].
    | "Thief! Thief!" [shouted|cried] {friend}. "Somebody ate my {cake}!"
    "[This is a case for me|Nobody move|I will find out who did it]," {said hero}. {He} put on a big hat and looked very closely at everything.
    There were crumbs on the floor. [They led to the door|They led out into the garden]. There was a footprint too, a small round one.
    | {He} found three crumbs, [a hair|a small footprint], and then more crumbs, [one behind the other|all in a row]. They went out of the door.
    "Where were you this morning?" {said hero} to {other}. "[In bed|At work]," {said other}. "[And I do not even like {cake}|And my feet are much too big, look]." That was true.
    {Hero} wrote it all down in a little book. [Crumbs. Footprint. No idea|One: it was not {other}].
    {He} followed the crumbs, {to place} and on. Behind a bush {he} heard a [smacking sound|burp]. {Hero} crept nearer, and looked.
    | The crumbs went on and on, {to place}, around a corner, under a hedge. There {hero} lay down flat and listened. [Somebody was chewing|Smack, smack]!
    either
    There sat [seven|five] baby mice, with fat tummies. "[We were so hungry|Mama is ill, and we were so hungry]," said the smallest one, and a crumb fell from its chin.
    {Hero} put the little book away. {He} came back and told {friend}. {Friend} [was quiet for a while|took out flour and eggs]. "[Then I will make another one, a bigger one.|Why did they not ask]?" {said friend}.
    or
    And there sat {friend}, fast asleep, [with sugar on the nose|with crumbs everywhere]. "Wake up! You ate it yourself, [in your sleep|walking in your sleep]!" {said hero}.
    "[Me|Oh no]! I dreamed of {cake} all night," {said friend}, and turned red. "[Then the thief must bake a new one for everybody|The case is closed]," {said hero}.
    or
    The crumbs came to an end at {his} own door. {Hero} looked at {his} own foot. It was small and round. And in {his} pocket was a spoon!
    "I know the thief," {he} said, very softly. "It was me. I only wanted to try a little. [And then it was all gone|I am sorry]." {Friend} [had to laugh|shook a finger, and then laughed].
    then
    That evening, they all ate {cake} together. [Nobody counted the crumbs|And the plate was empty again, but this time everybody knew why].
    | "[Another case|Who took my spoon]?" {asked friend} the next day. {Hero} was already looking for {his} big hat.
    """),

  // The cake goes wrong.
  Plot(
    """
    fits = dry
    who = who bakes a cake | who wants to bake a cake for {friend} | and the cake that went wrong | who cooks
    about = baking a cake | a cake that went wrong | cooking
    mistake, taste, title = salt instead of sugar / as salty as the sea / sea cake | mud instead of cocoa / like a garden after the rain / garden cake | pepper instead of cinnamon / so hot that steam came out of all ears / dragon cake | soap instead of butter / of soap, and there were bubbles / bubble cake | onions instead of apples / of onions / crying cake | beans instead of raisins / of beans / bean cake
    {When}, {hero} wanted to bake a cake [for {friend}|all alone]. "[How hard can it be|I have seen it a hundred times.]?" {he} said.
    | {Friend} was coming for tea, and {hero} wanted to bake the best cake in the world.
    Flour, eggs, milk. [The flour flew up|An egg fell on the floor]. {Hero} stirred with [both hands|all {his} strength]. {He} was white from top to toe.
    {He} was in a hurry, and so {he} took {mistake}. {He} did not notice it.
    | But the jars all looked the same, and so {he} took {mistake}, without a look.
    The cake [rose and rose|grew]. It came out of the oven, round and brown. [It smelled a little strange|It looked wonderful]. {Hero} put a cherry on top.
    | Out of the oven came a cake that was [high and golden|a little crooked]. Nobody could have guessed what was in it. {Hero} put sugar hearts all around it.
    {Friend} sat down and took a big bite. Then {friend} [stopped chewing|turned red, and then green|looked at the ceiling].
    | The first piece was for {friend}. One bite. {Friend} looked for the water.
    "[Well|And]? Is it good?" asked {hero}. "[It is very|It is]," {said friend}, "[unusual|special]." {Hero} tried a bit. It tasted {taste}!
    {Hero} [sat down on the floor|hid {his} face in {his} hands]. "[It is all spoiled|I wanted to make you happy, and now this]!" {he} said.
    {Friend} [put a hand on {his} shoulder|swallowed bravely]. "Nobody ever made me a cake before," {said friend}. "[I will eat the cherry|And nobody ever made one like THIS]."
    They looked at each other, and then they [laughed until they cried|had to laugh].
    | It was so sad that it was funny. First {friend} snorted, then {hero} did, and then there was no stopping.
    "[Come, we will make another one together|Once more, and I will read what is on the jars]," {said friend}. The second cake was [a bit crooked|a bit flat], but it was gone in five minutes.
    They gave the first one a name: {title}. [Every year on this day they tell the story of the {title}.|The birds would not eat it either.]
    """),

  // Hiccups.
  Plot(
    """
    fits = dry
    who = who had the hiccups | who could not stop hiccuping | with the hiccups
    about = the hiccups | something funny | somebody with the hiccups
    Hic! {Hero} had the hiccups. [Hic, it went, and hic again|Every time {he} wanted to speak, it went hic].
    | {When}, {hero} ate {food} much too fast. Hic! And then it would not stop. Hic! Hic!
    "Good hic morning," {he} said to {friend}. "[You have the hiccups|Hold your breath]!" {said friend}. {Hero} held {his} breath until {he} was [blue|purple]. Hic!
    | "[Drink a glass of water, upside down|Drink very slowly]," {said friend}. {Hero} tried it. The water went into {his} nose. Hic!
    "[Say a long word backward|Think of seven bald men|Hop on one leg and sing]," said {other}. {Hero} did it. [It looked very silly|Everybody laughed]. Hic!
    ? Somebody said, "[Rub your left ear|Count all the leaves]." {He} did. Hic!
    Then they tried to scare {him}. "BOO!" shouted {friend} [from behind a bush|with a bag over the head]. {Hero} [jumped|was not even surprised]. "That was hic nice," {he} said.
    By now a crowd stood around {him}. Everyone knew something better. [Hic! Hic! Hic!|And through it all it went hic.]
    either
    {Hero} had enough. "I want to keep my hiccups!" {he} shouted. "They are mine, and I like them!" It was quiet. Everyone waited. No hic. The hiccups were gone!
    or
    Then a very small one said, "I think it is [pretty|funny]. It sounds like a [drum|frog]." And the small one began to sing to it, and they all danced. When the song was over, the hiccups were gone.
    or
    {He} laughed, because they all looked so serious. {He} laughed until {his} tummy hurt. And when {he} stopped, it was still. No hic, for one minute, for two.
    then
    "[They are gone|Thank you all]!" {said hero}. And then, from the back, somebody [softly|quietly] said, "Hic!" It was {friend}.
    | Everyone cheered. "[And now, lunch|Slowly this time]," {said friend}.
    """),

  // The sneeze.
  Plot(
    """
    fits = dry
    who = who sneezes | with a very big sneeze | who could not stop sneezing
    about = a very big sneeze | a sneeze
    cause = pepper | a feather | dust | hay | flower dust
    {Hero} had the biggest sneeze in the world. When it came, [hats flew|people held on to trees].
    | {When}, something tickled {hero} in the nose. It was {cause}. "Ah," {he} said. "Ah, ah." [Everybody ran|Everybody lay down flat].
    "ATCHOO!" The [washing flew off the line|roof of the hen house flew away|soup flew out of the plates]. "[Sorry|I am so sorry]," {said hero}.
    "[You cannot live here like that|My poor roses|Look at my hair]!" {said friend}. "[Go far away when it tickles|Put a peg on your nose]!"
    So {hero} {went} {to place}, all alone, and sneezed only there. {He} [felt sad|missed the others].
    either
    Then one day the wind stopped. The [mill|big mill] stood still, and there was no flour, and no bread. The boats lay in the harbor and could not go out.
    "[Where is {hero}?|Quick, get {hero}]!" everybody called. They brought {cause} and held it under {his} nose. "Ah, ah, ATCHOO!" And the mill turned, and the boats sailed.
    or
    Then one night there was a fire in the barn. The well was dry. "[Help!|What shall we do]?" they all shouted. {Hero} came running, and there was so much smoke. "Ah, ah!"
    "ATCHOO!" And the fire was out, like a candle on a cake. [Only the barn door was never found again.|All hats were gone too, but nobody minded.]
    or
    Then robbers came, seven of them, with big bags. "[Your gold|All your cheese]!" they shouted. "I only have," {said hero}, "ah, ah," and held on to a tree. "ATCHOO!"
    The robbers flew over three hills and fell into a lake. They never came back. Only one old boot was left.
    then
    "Bless you!" said all of them together. "[Please stay|Come home], and sneeze whenever you like."
    | And on the birthday of {hero} there is a big party. Only the candles are always out too early.
    """),

  // Everything is upside down.
  Plot(
    """
    who = who does everything upside down | on upside-down day | who does everything wrong
    about = upside-down day | a silly day | something silly
    {When}, {hero} got out of bed on the wrong side. And then everything was the wrong way around.
    | "Good night!" {said hero} when {he} woke up. It was upside-down day, and nobody had told the others.
    {He} put {his} [hat on {his} foot|shoes on {his} hands|coat on backward]. {He} had [supper|soup] for breakfast. {He} {went} out through the window.
    "Goodbye!" {he} said when {he} met {friend}. "{Hello friend} [Are you leaving|Do you not feel well]?" {asked friend}. "[No, I am coming|Yes, very badly, I mean very well]," {said hero}.
    {He} walked backward {to place}. [{He} bumped into a tree and said, "Thank you."|{He} stepped on a toe and said, "You are welcome."]
    "Is this a game?" asked {other}. "[Of course not, so yes|It is upside-down day]," {said hero}. "May I play too?" "No," {said hero}, and that meant yes.
    Soon everybody was doing it. They [rained upward with buckets|sat on the tables and ate from the chairs]. [The little ones told the big ones to go to bed|The teacher sat in class, and the children asked the questions].
    ? A dog said meow. Even the river looked as if it ran uphill.
    either
    Then {friend} got a splinter in the foot and cried. "[Is it nice|Shall we laugh]?" asked somebody, because it was upside-down day. "No," {said hero}. "When somebody cries, the day is over." And {he} took {friend} home.
    or
    In the evening, they were all dizzy. "[I want to go to bed, and I mean it|Now I would like to sit on a chair]," {said friend}. "[Me too, and I mean it too|Good morning, everybody]," {said hero}, and they all said good morning and went to bed.
    or
    At the end of the day, they told the oldest story in the world, but from the end: "They lived happily ever after. Then they met. Then they were born." It was quite a good story.
    then
    The next morning, {hero} put {his} shoes on {his} feet. "[How boring|How nice]," {he} said. [But {he} still went out through the window.|But {his} hat was still on backward.]
    """),

  // A fence to paint.
  Plot(
    """
    fits = bodies
    who = who paints {a board} | who has to paint {a board} | who spills the paint
    about = painting | colors | paint
    board = fence | house | door | boat | bench | gate | hen house
    color = @colors
    {Hero} had to paint {a board} [white|gray|brown] for {friend}. "[Nice and even|All the same]," said {friend}. "[I will be back at five|Be careful]."
    | {When}, {hero} wanted to paint {his} old {board} {color}. {He} opened the can and stirred.
    {He} painted the top. {He} painted the bottom. [It was boring|It was hot]. A [butterfly|bee] came and sat on the wet paint. {Hero} wanted to help it, and then it happened: the can fell over!
    | The first half was easy. Then a [butterfly|bee] got stuck in the wet paint. {He} turned around to help it, {his} foot hit the can, and it fell over!
    There was paint on the grass, on {his} feet, on {his} nose. And in the middle of the {board} was a big, [round|ugly] spot.
    "[Oh no|What will they say?]!" {said hero}. {He} wiped. It got bigger. {He} wiped more. It got [even bigger|arms and legs].
    {He} stepped back and looked at it. {He} put {his} head to one side. "[It looks like a big fish.|It looks a little like a cloud.|Is that not a funny face]?" {he} said.
    | From two steps away, the spot was not so bad. {He} closed one eye. "[It could be a fish|It could be a cloud|I think that is a face]," {he} said.
    So {he} took a brush and gave it [an eye|two eyes and a smile]. Next to it {he} painted a sun. Then a tree. Then [a ship with a cat|a house with a blue door]. {He} forgot the time.
    Five o'clock! {Friend} stood there with an open mouth. "{Hello friend} WHAT is THAT?" {asked friend}. {Hero} put the brush behind {his} back. "[It was an accident, at first|The spot began it]," {he} said.
    {Friend} walked along the {board}, very slowly, from one end to the other. "[The sun has no friend|The tree has no bird]," {said friend} at last. "Give me a brush."
    | {Friend} said nothing, and went up and down in front of the {board}, [three times|with folded arms]. Then came the words: "[I want to paint too|There is some room left here]. Give me a brush."
    They painted until it was dark, and the next day too. [Children came and painted along, as high as they could reach.|Everyone who came by left one little picture.]
    Today people come from far away to see the {board}. [And every one of them laughs.|"Not all the same," {friend} says, "but nice."]
    """),
]
