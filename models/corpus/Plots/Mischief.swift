// What goes wrong, and what comes of it.

let mischief = [
  // Something is broken, and the truth is hard.
  Plot(
    """
    fits = dry
    who = who broke {a thing} | who breaks {a thing} | who told a lie | who has to say sorry | who did not tell the truth
    about = saying sorry | telling the truth | honesty | a lie | a broken {thing}
    thing = @breakables
    {When}, {hero} was playing in the house of {friend}. {He} [jumped|danced|threw a ball], and crash! The {thing} of {friend} lay on the floor, in [two|a hundred] pieces.
    | {Hero} only wanted to look at the {thing} of {friend}. But it [was slippery|slipped]. Crash! There were pieces [everywhere|all over the floor].
    | {Hero} was alone in the house of {friend}, and there stood {a thing}. {He} touched it, [very softly|only once]. Crash! It fell down and went to pieces.
    Nobody had seen it. {He} pushed the pieces [under the carpet|behind a curtain] and {went} home.
    | There was nobody near. So {he} hid the pieces [under a bed|in a corner|behind a chair] and {went} away.
    | "[Nobody must know|I was never here]," {he} thought. {He} put all the pieces [in a bag|under a pillow] and {went} home, very fast.
    "Have you seen my {thing}?" {asked friend} the next day. "[No.|Me? No.|What {thing}]?" said {hero}. It was a lie.
    | The next day, {friend} looked for the {thing} everywhere. "[I have not seen it|I know nothing]," {said hero}, and that was [not true|a lie].
    | "Who broke my {thing}?" {asked friend} the next day. "[Not me|It was the wind|Maybe it was the cat]," {said hero}. {His} ears [burned|turned red].
    ? That night, {he} could not sleep. The pieces seemed to lie under {his} own bed.
    | {Food} did not taste good. {Hero} carried something heavy around, and nobody could see it.
    | After that lie, [nothing was fun|the sun did not feel warm] anymore. {Hero} felt as if {he} had swallowed a stone.
    either
    In the morning, {he} {went} to {friend}. "[It was me|I broke it], and then I told a lie," {he} said. "[I am sorry|I am so sorry]."
    or
    Then {friend} began to scold {other}. "[You broke it|It was you, I know it]!" "Stop!" {said hero}. "It was me. [I broke it, and I am sorry|I am so sorry]."
    or
    {He} wrote on a piece of paper: "[It was me. I am sorry|I broke it. I am sorry]." {He} put it under the door of {friend} and ran. Then {he} came back and knocked.
    then
    {Friend} said nothing for a while. "[I am sad about the {thing}|I liked it so much]," {said friend} then. "But I am glad that you [told me|told the truth]."
    | {Friend} took a deep breath. "It was [a present from my aunt|very old]," {said friend}. "But [it is hard to say sorry, and you said it|you told the truth in the end]."
    | "[Thank you for telling me|That was brave]," {said friend} at last. "[I like you better than any {thing}|And now help me]."
    They put the pieces together with glue. [One was missing, so they painted a flower there|You could see every crack]. "[Now it is more beautiful than before|Every crack is a story]," {said friend}.
    | {Hero} held the pieces, and {friend} had the glue. [It had many cracks|One little hole stayed]. And {hero} felt much lighter.
    | {Hero} [worked for a month|saved all {his} money] to buy a new one. But {friend} mended the first one too. "I like that one better," {said friend}.
    """),

  // The lazy one.
  Plot(
    """
    nature = lazy | sleepy
    tags = plain
    who = who is very lazy | who does not want to work | who never wants to work
    about = being lazy | laziness | work | somebody who is too lazy to work
    {Hero} was so lazy that {he} [yawned in {his} sleep|let the rain wash {his} dishes].
    | "[Tomorrow|Later|Not now]," was the favorite word of {hero}. {He} was the laziest one {in place}.
    | {Hero} was very lazy. [{He} could lie in the grass all day|Nobody {in place} had ever seen {him} work].
    "Will you help me [bring in the hay|carry the wood|pick the apples]?" {asked friend}. "[Tomorrow|When I have finished lying here|My arms are asleep]," {said hero}.
    | All summer, {friend} carried [wood|nuts|hay] into the house. {Hero} lay in the grass and watched. "[It makes me tired just to look at you|Winter? That is far away]," {he} said.
    | {Friend} was [mending a roof|digging in the garden]. "[Come and help me|You should work too]," {said friend}. {Hero} only [yawned|turned over]. "[Work is not for me|I am busy. I am sleeping]," {he} said.
    ? "[The roof has a hole|It will be cold soon]," {said friend}. "[It is not raining|I will look at it tomorrow]," {said hero}.
    Then came [the first snow|the cold wind|the great rain], and it did not wait [until tomorrow|for anybody].
    | But one night [it got very cold|the first snow fell|a storm came], and [nobody asked {hero}|{hero} was not ready for it].
    | Summer was over. [The cold wind|The snow|The great rain] came, and [it was not lazy|it came early].
    The house of {hero} was [cold and wet|as cold as ice], and the cupboard was empty. {He} [shivered|sat in a corner under all {his} blankets].
    | {Hero} looked for [bread|wood for the stove]. There was none. Water dripped [on {his} bed|on {his} nose] through a hole in the roof.
    | There was a hole in the roof, and nothing to eat. {Hero} [sat in the cold and could not sleep|was cold and hungry].
    either
    {He} knocked at the door of {friend}. "[I was wrong|May I come in? I am so cold]," {he} said. {Friend} looked at {him} for a long time.
    "[You may stay|Come in]," {said friend}. "But tomorrow you cook." "Not tomorrow," {said hero}. "Now!" And {he} [began at once|washed all the dishes too].
    or
    {He} got up, [for the first time in weeks|and that was not easy]. {He} mended the roof. It was hard [and cold|work]. But then {he} sat under it and was [dry and warm|warm].
    "[I did that|My roof]," {he} said, and felt [something new|very proud]. When {friend} came to help, {he} said, "[Too late, it is done|I did it today]!"
    then
    From then on, {he} still liked to lie in the grass. [But first {he} did {his} work, and then the grass was twice as soft.|"But after work, not before it," {he} said.]
    | "[What is your favorite word|When shall we do it]?" {friend} sometimes asked. "[Now|Today]!" {said hero}, and then they both laughed.
    | Now {hero} [works in the morning and sleeps in the afternoon|helps {friend} every day]. "[A nap is better after work|It is not so bad]," {he} says.
    """),

  // Who ate the cake?
  Plot(
    """
    who = who looks for a thief | who finds out who ate the {cake} | who is a detective | who solves a mystery
    about = a mystery | a detective | the stolen {cake} | somebody who ate the {cake}
    cake = cake | pie | pudding | apple pie | honey cake | apple cake
    {When}, the {cake} of {friend} was gone. It had been on the [window|table]. Now there was [only an empty plate|nothing but crumbs].
    | "Thief! Thief!" [shouted|cried] {friend}. "Somebody ate my {cake}!" [Only the plate was left|There was only an empty plate].
    | {Hero} heard a cry. It was {friend}. "My {cake} [is gone, the whole {cake}|was here, and now it is gone]!" {said friend}.
    "[This is a case for me|Nobody move|I will find out who did it]," {said hero}. {He} put on a big hat and looked very closely at everything.
    | "[I will find the thief|Do not touch anything]," {said hero}. "[I am a detective|This is a mystery]." And {he} crawled under a table.
    | {Hero} [put on a big hat|took a big glass] and looked [in every corner|under every chair]. "[Hm|Aha]," {he} said. "[A real mystery|Who is the thief]?"
    ? "Where were you this morning?" {he} asked {other}. "[In bed|At work]," {said other}. "[And I do not even like {cake}|Ask anyone]." That was true.
    | "Was it you?" {he} asked {other}. "[Me? I do not even like {cake}|No, I was asleep]," {said other}. So it was somebody else.
    | First {he} asked {other}. "[I only eat soup|I have just come home]," {said other}. [Then who was it?|{Hero} wrote that down.]
    But there were crumbs on the floor. {He} followed them, {to place} and on, [around a corner|under a hedge].
    | Then {he} found a crumb, and another one. They led {him} out of the house, {to place}, [one behind the other|all in a row].
    | "[Look, crumbs|One crumb, two crumbs, three]," {said hero}. {He} crept after them, {to place} and [past a bush|over a wall].
    either
    There sat [seven|five] baby mice, with fat tummies. "[We were so hungry|Mama is ill, and we were so hungry]," said the smallest one[, very softly|, with crumbs on its chin].
    {Hero} came back and told {friend}. "[Then I will make a bigger one|They can have the next one too]," {said friend}[ and took out the flour|].
    or
    The crumbs made a circle, and then they ended [in the bed|on the pillow] of {friend}. "You ate it yourself, in your sleep!" {said hero}.
    "[Me|Oh no]! I dreamed of {cake} all night," {said friend}[, and turned red|]. "[Then the thief must make a new one|The case is closed]," {said hero}.
    or
    The crumbs came to an end at {his} own door. {Hero} looked down. There were crumbs all over {him}!
    "I know the thief," {he} said to {friend}, very softly. "It was me. I only wanted to try a little, [and then it was all gone|and I am so sorry]." {Friend} had to laugh.
    then
    That evening there was a new {cake}, and they all ate it together. [Nobody counted the crumbs|This time everybody knew where it went].
    | They made [another one|a new one], twice as big, and this time [everybody got a piece|they all ate it together].
    | "[Another case|Who took my spoon]?" {asked friend} the next day. {Hero} was already on the floor, looking for crumbs.
    """),

  // The cake goes wrong.
  Plot(
    """
    fits = dry
    who = who bakes a cake | who wants to bake a cake for a friend | and the cake that went wrong | who cooks
    about = baking a cake | a cake that went wrong | cooking
    mistake, taste, title = salt instead of sugar / as salty as the sea / sea cake | mud instead of cocoa / like a garden after the rain / garden cake | pepper instead of cinnamon / so hot that steam came out of all ears / dragon cake | soap instead of butter / of soap, and there were bubbles / bubble cake | onions instead of apples / of onions / crying cake | beans instead of raisins / of beans / bean cake
    {When}, {hero} wanted to bake a cake for {friend}. "[How hard can it be|I have seen it a hundred times.]?" {he} said.
    | {Friend} was coming for tea, and {hero} wanted to bake [the best cake in the world|a really big cake].
    | "I will bake a cake," said {hero}, "[all alone|and it will be the best of all]." It was for {friend}.
    Flour, eggs, milk. [The flour flew up|An egg fell on the floor]. {He} was in a hurry, and so {he} took {mistake}.
    | {He} stirred with [both hands|all {his} strength]. But {he} did not look, and so {he} took {mistake}.
    | In went the flour, in went [the milk|three eggs]. And then {he} was [singing|thinking of something else], and by mistake {he} took {mistake}.
    ? The cake [rose and rose|grew and grew]. [It smelled a little strange|It looked wonderful]. {Hero} put a cherry on top.
    | Out of the oven came a cake that was [high and golden|a little crooked]. {He} put sugar hearts [all around it|on it].
    | It came out of the oven [round and brown|high and round]. [Who could know what was in it?|"How pretty!" {said hero}.]
    {Friend} sat down and took a big bite of the cake. Then {friend} [stopped chewing|turned red, and then green|looked at the ceiling].
    | The first piece was for {friend}. One bite. {Friend} [looked for the water|closed both eyes].
    | {Friend} got [the first piece|a big piece], took a bite, and [chewed very slowly|made a very strange face].
    "Is it good?" {asked hero}. "It is very," {said friend}, "[unusual|special]." {Hero} tried a bit. It tasted {taste}!
    | "[Well|And]?" {asked hero}. "[I never ate such a cake|Try it]," {said friend}. {Hero} took a bite too. It tasted {taste}!
    | Then {hero} tried it, and [oh dear|oh no]! The cake tasted {taste}!
    "[It is all spoiled|It went all wrong]!" {he} said. "[But nobody ever made me a cake before|And nobody ever made one like THIS]," {said friend}, and they laughed until they cried.
    | {Hero} [sat down on the floor|hid {his} face]. "[I wanted to make you happy, and now this|It is all spoiled]!" {he} said. But {friend} had to laugh[, and then {hero} did too|].
    | {Hero} [wanted to cry|did not know what to say]. But it was so sad that it was funny. First {friend} laughed, then {hero}, and then there was no stopping.
    "[Come, we will make another one together|Once more, and I will help you]," {said friend}. The second cake was [a bit crooked|a bit flat], but it was gone in five minutes.
    | So they baked another one together, and [this time they looked twice|{friend} helped]. They ate it all [up, while it was still warm|that same day].
    | They made a second one, side by side, and it was so good that [only crumbs were left|they ate it all at once].
    ? And the first one? They called it {title}. [The birds would not eat it either|Nobody wanted a second piece].
    | The first one got a name: {title}. [Nobody ever made it again.|Even the birds would not eat it.]
    | Every year they [tell the story of|laugh about] that first cake, their {title}.
    """),

  // Hiccups.
  Plot(
    """
    fits = dry
    who = who had the hiccups | who could not stop hiccuping | with the hiccups
    about = the hiccups | something funny | somebody with the hiccups
    Hic! {Hero} had the hiccups. [Hic, it went, and hic again|Every time {he} wanted to speak, it went hic].
    | {When}, {hero} ate {food} much too fast. Hic! And then it [would not stop|went on and on]. Hic! Hic!
    | "Hic!" said {hero}. {He} had wanted to say [good morning|hello|thank you]. But {he} had the hiccups, and all that came out was hic.
    "Good hic morning," {he} said to {friend}. "[You have the hiccups|Hold your breath]!" {said friend}. {Hero} held {his} breath until {he} was [blue|purple]. Hic!
    | "[Drink a glass of water, upside down|Drink very slowly]," {said friend}. {Hero} tried it. The water went [into {his} nose|all over the floor]. Hic!
    | {Friend} had an idea. "[Stand on your head|Swallow three times]," {said friend}. {Hero} [did it|tried it], and [fell over|counted]. One, two, hic!
    "[Say a long word backward|Think of seven bald men|Hop on one leg and sing]," said {other}. {Hero} did it. [It looked very silly|Everybody laughed]. Hic!
    | {Other} knew [something better|what to do]. "[Rub your left ear|Count all the leaves|Bite a lemon]." {He} did. Hic!
    | "[I know what helps|That is easy]," said {other}. "[Sing very loud|Turn around ten times]." {Hero} [got dizzy|did it], but it [did not help|was no use]. Hic!
    Then they [tried|wanted] to scare {him}. "BOO!" shouted {friend} [from behind a bush|with a bag over the head]. {Hero} [jumped|was not even surprised]. "[That was hic nice|Good hic evening]," {he} said.
    | "BOO!" shouted {friend} suddenly. {Hero} [fell over|jumped as high as a house]. "[Do it hic again|Not so hic loud]," {he} said.
    | So {friend} crept up and [roared like a lion|screamed]. "[Do not hic do that|You are hic funny]," {said hero}.
    ? By now a crowd stood around {him}. Everyone knew something [better|else]. [Hic! Hic! Hic!|And through it all it went hic.]
    either
    {Hero} had enough. "I want to keep my hiccups!" {he} shouted. "They are mine, and I like them!" It was quiet. Everyone waited. No hic. The hiccups were gone!
    or
    Then a very small one said, "I think it is [pretty|funny]. It sounds like a [drum|frog]." And the small one began to sing to it, and they all danced. When the song was over, the hiccups were gone.
    or
    {He} laughed, because they all looked so serious. {He} laughed until {his} tummy hurt. And when {he} stopped, it was still. No hic, for one minute, for two.
    then
    "[They are gone|Thank you all]!" {said hero}. And then, from the back, somebody [softly|quietly] said, "Hic!" It was {friend}.
    | Everyone cheered. "[And now, lunch|Slowly this time]," {said friend}.
    | "[No more hiccups|It is over]!" {said hero}. "[That is a pity, it was fun|I almost miss them]," {said friend}[, and laughed|].
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
    | Nobody could sneeze like {hero}. [It always began with a tickle|First something tickled]. "Ah, ah," {he} said, and [everybody ran|the birds flew away].
    "ATCHOO!" The [washing flew off the line|roof of the hen house flew away|soup flew out of the plates]. "[Sorry|I am so sorry]," {said hero}.
    "[You cannot live here like that|My poor roses|Look at my hair]!" {said friend}. "[Go far away when it tickles|Put a peg on your nose]!"
    | "[Not again|That was my best hat]!" {said friend}. "[Can you not do that somewhere else|Must it be so loud]?"
    | {Friend} was [wet from top to toe|hanging in a tree]. "[That is enough|Please sneeze somewhere else]!" {said friend}.
    So {hero} {went} {to place}, all alone, and sneezed [only there|there]. {He} [felt sad|missed the others].
    | After that, {hero} {went} {to place} whenever it tickled. [It was lonely there|Nobody was there, and that was sad].
    | And so {he} packed {his} [bag|blanket] and {went} {to place}. There was nobody there [but the wind|to say bless you].
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
    | And on the birthday of {hero} there is [a big party|always cake]. Only the candles [are always out too early|never burn very long].
    | Since then, {hero} may sneeze [as much as {he} likes|wherever {he} wants]. "[Bless you|Hold your hats]!" they all shout[, and laugh|].
    """),

  // Everything is upside down.
  Plot(
    """
    tags = bed
    who = who does everything upside down | on upside-down day | who does everything wrong
    about = upside-down day | a silly day | something silly
    {When}, {hero} got out of bed on the wrong side. And then everything was the wrong way around.
    | "Good night!" {said hero} when {he} woke up. It was upside-down day[, and nobody had told the others|, and only {he} knew it].
    | "[Today everything goes the other way|Today I do everything wrong]," said {hero}. It was upside-down day.
    {He} put {his} [hat on {his} foot|shoes on {his} hands|coat on backward] and {went} out through the window.
    | {He} had [supper|soup] for breakfast, [with a fork|under the table]. Then {he} {went} out of the house backward.
    | {He} [went to bed after breakfast|drank {his} milk with a fork], and then {he} climbed out through the window.
    "Goodbye!" {he} said when {he} met {friend}. "[Are you leaving|Do you not feel well]?" {asked friend}. "[No, I am coming|Yes, very badly, I mean very well]," {said hero}.
    | {Friend} said hello. "[Goodbye|Good night]," {said hero}. "[I do not know you|I do not like you]. Come with me!" {Friend} [had to laugh|did not understand a word].
    | "How are you?" asked {friend}. "[It is half past ten|With butter, please]," {said hero}. "[And what is your name, yesterday|Are you still here, or not yet]?"
    ? Then {other} came. "Is this a game?" {asked other}. "[Of course not, so yes|No, no, no]," {said hero}. "[Go away|You may not play], please!" And that meant, come and play.
    | "May I play too?" asked {other}. "[No|Never]," {said hero}, and that meant [yes|come quickly].
    | {Other} saw them [walk backward|laugh]. "[I want that too|How does it go]?" {said other}. "[Do it wrong, and it is right|Just do not do it]," {said hero}.
    Soon everybody was doing it. [They sat on the tables and ate from the chairs.|The little ones told the big ones to go to bed.|A dog said meow.]
    | [By noon|Before long], all of them did it. [The teacher sat in class, and the children asked the questions|They walked on their hands and sang from the end to the beginning].
    | It spread [like a cold|like the wind]. [They put the soup in cups and the tea on plates|The old ones cried for milk, and the babies read the paper].
    either
    Then {friend} got a splinter in the foot and cried. "[Is it nice|Shall we laugh]?" asked somebody. "No," {said hero}. "When somebody cries, the day is over." And {he} took {friend} home.
    or
    In the evening, they were all dizzy. "[I want to go to bed, and I mean it|Now I would like to sit on a chair]," {said friend}. "Me too," {said hero}, and they all said good morning and went to bed.
    or
    At the end of the day, they told a story, but from the end: "They lived happily ever after. Then they met. Then they were born." It was quite a good story.
    then
    The next morning, {hero} put {his} shoes on {his} feet. "[How boring|How nice]," {he} said. [But {he} went out through the window.|But {his} coat was on backward.]
    | "Good morning!" {said hero} the next day, and [this time it was right|it really was one]. [But {he} had soup for breakfast.|"Are you well?" {asked friend}.]
    | The next day, everything was [right again|the right way around]. "[When do we do it again|Will you do that again]?" {asked friend}. "Never," {said hero}, and [winked|that meant soon].
    """),

  // A fence to paint.
  Plot(
    """
    fits = bodies
    who = who paints {a board} | who has to paint {a board} | who spills the paint
    about = painting | colors | paint
    board = fence | house | door | boat | bench | gate | hen house
    color = @colors
    {Hero} had to paint {a board} [white|gray|brown] for {friend}. "[Nice and even|All the same|Be careful]," {said friend}.
    | {When}, {friend} wanted {a board} to be {color}, and {hero} was to paint it. {He} [stirred the paint|took a big brush] and began.
    | "[Please paint my {board}|My {board} needs new paint]," {friend} said to {hero}. "[Make it white|Make it gray]."
    The first half was easy. Then a [butterfly|bee] got stuck in the wet paint. {He} turned to help it, and {his} can of paint fell over!
    | [It was boring|It was hot], and {he} closed {his} eyes for a moment. Bang! There {he} had knocked over the paint.
    | All went well until a [fly|bee] sat down on {his} nose. {He} jumped, and {his} [can of paint|paint] flew [high into the air|over everything].
    There was paint [on the grass and on {his} nose|everywhere]. And in the middle of the {board} was a big, [round|ugly] spot.
    | "[Oh no|What will they say?]!" {said hero}. The {board} had a big [dark|ugly] spot. {He} wiped, and it got bigger.
    | Now there was a spot on the {board}. {Hero} wiped it, and it [got arms and legs|was twice as big].
    {He} put {his} head to one side. "It looks like [a big fish|a cloud|a funny face]," {he} said.
    | From two steps away, the spot was not so bad. "[It could be a fish|It could be a cloud|I think that is a face]," {he} said.
    | {He} wanted to cry. Then {he} looked once more. Was it not [a bit like a fish|a funny face|almost a cloud]?
    So {he} gave it [an eye|two eyes and a smile]. Next to it {he} painted [a ship with a cat|a house with a blue door]. {He} forgot the time.
    | So {he} painted [an eye|a smile] on it, and around it [a tree and a moon|seven stars|a whole garden]. {He} sang.
    | {He} took the brush. The spot got [two eyes|a big mouth], and then [a friend|five little brothers].
    Then {friend} stood there. "WHAT is THAT?" {asked friend}. "[It was an accident, at first|The spot began it]," {he} said.
    | In the evening, {friend} came by. {Hero} put {his} brush behind {his} back. "[It was an accident|The spot began it]," {he} said.
    | "[Oh|What is this]?" said somebody behind {him}. It was {friend}. {Hero} [turned red|did not dare to look up].
    {Friend} walked along the {board}, very slowly. "[A bird is missing|There is some room left here]," {said friend} at last. "Give me a brush."
    | {Friend} looked at it [for a long time|from all sides]. "[I want to paint too|Is there a brush for me?]!" {said friend} then.
    | "[It is not all the same|It is not what I wanted]," {said friend}, and had to laugh. "[It is much better|May I paint too?|I want to help]!"
    They painted until it was dark. Today people come from far away to see the {board}.
    | [Children came and painted along|Everyone who came by left one little picture]. "Not all the same," {friend} says, "but nice."
    | So they painted it together. [There is no other {board} like it|No {board} is so beautiful].
    """),
]
