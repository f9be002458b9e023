// Kings, markets, books and lanterns.

let town = [
  // The one who could not laugh.
  Plot(
    """
    fits = bodies
    nature = sad | young | quiet | rich
    tags = plain
    hero = king: he | queen: she | princess: she | prince: he | emperor: he | duchess: she
    who = who could not laugh | who never laughs | who is always sad | who was very sad
    about = somebody who never laughs | somebody who cannot laugh | laughing
    prize = a bag of gold | a white horse | a golden cup | a house with a garden
    {Hero} had a golden bed and [forty|a hundred] hats, but {he} [could not laugh|never laughed].
    | {Hero} had not laughed for [seven|ten] years, [not at the best joke|not even when {he} was tickled].
    | {Hero} sat in a golden chair and [sighed|was sad]. Nobody had ever heard {him} laugh.
    "Whoever makes me laugh [shall have|will get] {prize}," {he} said. [Many came|They came from far away].
    | "{Prize} for a good laugh!" {he} called. [From near and far they came|They came at once].
    | "I will give {prize} for one laugh," {he} said. [Soon the castle was full|Many tried it].
    A clown fell over three chairs. A goose danced on a ball. {Hero} only [yawned|asked, "Is it over?"]
    | There came fools with bells and a [pig|goose] in a dress. {Hero} [looked out of the window|did not even smile].
    | One told the [oldest|best] joke, and one stood on one finger. {Hero} [yawned|looked at the clouds].
    Then {friend} came through the wrong door with a [bucket|basket] of potatoes. "{Hello friend} [Is this the kitchen|Where is the kitchen]?"
    | One day the wrong door opened, and in came {friend} with [a sack of potatoes|potatoes for the soup]. "{Hello friend} [Is this not the kitchen|Am I in the kitchen]?"
    | Then {friend}, with a [bag|basket] of potatoes, came in by mistake. "{Hello friend} [I cannot find the kitchen|This is not the kitchen]."
    "Do you know who I am?" asked {hero}. "[Somebody|Someone] who can help," {said friend}. "Peel this potato."
    | "I am no cook!" said {hero}. "[You can learn it|Not yet]," {said friend}. "Here is a potato."
    | "[You there|You with the long face]," {said friend} to {hero}, "can you peel [one of these|a potato]?"
    {Hero} was so surprised that {he} did it. {His} crown [slid over one eye|fell among the potatoes].
    | Nobody had ever asked {him} for help. {Hero} peeled one until it was as small as a [pea|nut].
    | {Hero} tried. The potato [jumped up|slipped away] and landed on {his} [nose|foot].
    ? "[You are really bad at this|That is the worst one I ever saw]," {said friend} [kindly|softly].
    First it was a [hiccup|squeak], then a giggle, then a laugh so loud that the windows [rang|shook].
    | Something [tickled|jumped] in {his} tummy. Out came a laugh, so big that [the birds flew up|the hats fell down].
    | The corners of {his} mouth [shook|went up]. "Ha," said {hero}. "Ha ha!" And {he} laughed until {he} [cried|had to sit down].
    "You have won {prize}," {he} said. "[Help me with the dishes instead|First come the dishes]!" {said friend}.
    | "{Prize} is for you!" said {hero}. "[I would like help with the soup better|Come back tomorrow, there are more potatoes]," {said friend}.
    | {Friend} got {prize}. "[And tomorrow we cook soup|There is more to peel tomorrow]," {said friend}, and {hero} laughed again.
    ? And so, every Friday, {hero} works in the kitchen. [The soup is terrible, but everybody laughs.|{He} is getting better, a little.]
    """),

  // A chain of swaps.
  Plot(
    """
    who = who goes to the market | who swaps things | who trades {first} for something better
    about = swapping things | trading | a day at the market | a good trade
    first = a button | a feather | a piece of string | an old nail | a marble
    second, owner2 = an apple / an old gardener | a candle / a baker | a pot of glue / a carpenter | a bell / a shepherd | a comb / a lady with long hair
    third, owner3 = a hen / a farmer | a clock / a clockmaker | a fiddle / an old musician | a barrel of honey / a beekeeper
    {When}, {hero} found {first}. "[What can one do with that|Who needs that]?" {he} asked, and {went} to the market with it.
    | {When}, {hero} {went} to the market. All that {he} had to trade was {first}.
    | {Hero} had nothing but {first}. {When}, {he} took it to the market to swap it. "[We will see|You never know]," {he} said.
    There stood {owner2}. "[That is just what I need|I have looked for that all week]! Take {second} for it." So they swapped.
    | "Would you swap it for {second}?" asked {owner2}. "[Done|Why not]!" {said hero}.
    | {He} met {owner2}, who [wanted|liked] it very much and gave {him} {second} for it.
    {He} {went} on and met {owner3}. "[Is that for sale?|How I need that]!" they called. "I give you {third}!" [It was a good trade|{Hero} could hardly believe it].
    | "{Third} for {second}?" asked {owner3}. "[With pleasure|Yes, please]," {said hero}. [What a good trade|What a lucky day]!
    | Next came {owner3} with {third}. They [talked|laughed] and swapped, and {hero} [sang|danced a little].
    Then {he} saw {friend}, who looked very sad. "[Nobody buys this|I have nothing left but this]," {said friend} and showed {him} {a gift}.
    | In the last row sat {friend} with {a gift}. "[Not one coin today|Nobody wants it]," {said friend}.
    | At the edge of the market, {friend} tried to sell {a gift}. "[No luck today|Nobody even looks at it]," {said friend}.
    {Hero} liked it [at once|very much]. "[Let us swap|We could swap]," {he} said.
    | It was not worth much, but {hero} could not [walk|go] on. "Shall we trade?" {he} asked.
    | "I will [swap with you|trade with you]!" {said hero}, who had a [good|soft] heart.
    "[For this|Are you sure]? Yours is worth [much more|ten times as much]!" {said friend}. "[Not to me|I know]," {said hero}.
    | {Friend} could not believe it. "[But that is a bad trade|You will be sorry]!" "[Not for me|I like yours better]," {said hero}.
    | "But you have {third}!" {said friend}. "[Now it is yours|Now you have it]," {said hero}. "[It makes two happy|I like yours better]."
    ? {Hero} {went} home with {a gift} and [whistled|a light step]. [Everybody shook their heads.|"What a fool," said somebody.]
    The next week, {friend} [was|stood] at {his} door. "[You saved me|Now I can sell things again]," {said friend}. "There is [always a place|a place for you] at my table."
    | "From {first} to a friend," {said hero} in the evening. "[Not a bad day|That was the best trade of all]."
    | And that is how {hero} traded {first} for {a gift}, and found a [good|real] friend.
    gift = @things
    """),

  // A tall tale grows.
  Plot(
    """
    who = who tells tall tales | who catches a big fish | who tells a story that grows and grows
    about = a tall tale | a story that grows | a big fish
    fits = dry bodies
    tags = night
    size, bigger, biggest = a finger / an arm / a boat | a spoon / a door / a house | a thumb / a dog / a whale | a leaf / a table / a ship
    {When}, {hero} caught a fish. It was as big as {size}. It looked at {him}, and {he} let it go.
    | {Hero} went fishing. At last a fish bit, no bigger than {size}. It looked at {him} so sadly that {he} let it go.
    | {When}, {hero} pulled a fish from the water, as big as {size}. It looked at {him}, so {he} put it back.
    "[Did you catch anything|Any luck]?" {asked friend} on the way home. "[Oh yes|And how]," {said hero}. "A fish, as big as {bigger}!"
    | On the way home {he} met {friend}. "I caught a fish as big as {bigger}!" {said hero}. It just came out.
    | "What did you catch?" {asked friend}. "A great fish," {said hero}, "as big as {bigger}!"
    {Friend} told it to {other}. "{Hero} caught a fish as big as {biggest}!" "[With teeth?|No]!" {said other}.
    | Soon {other} heard it from {friend}. Now the fish was as big as {biggest}, [and it could speak|with teeth like knives].
    | "Have you heard?" {said friend} to {other}. "A fish as big as {biggest}, [with three rows of teeth|and it had a crown]!"
    The next morning, the whole village came to {hero}. "[Our hero|Tell us]!" they called.
    | By evening everybody knew the tale. "[Tell us more|Show us the fish]!" they called to {hero}.
    | Soon [a hundred|all the] neighbors stood before {hero}. "[Was it a monster|Is it true]?" they asked.
    {Hero} turned [red|pale]. {He} could make it even bigger.
    | What now? They all [believed it|looked at {him}].
    | "[Oh dear|Oh no]," thought {hero} and swallowed.
    either
    "It was as big as {size}," {he} said. "[And I let it go|I put it back], because it looked at me."
    | {He} told the truth: it was as big as {size}, and it had looked at {him}.
    | "It was no bigger than {size}," {he} said, "and I felt sorry for it."
    It was very quiet. Then {friend} laughed, and [soon|then] everybody did. "[That is the best story|I like that one better]," {said friend}.
    | "[Poor little fish|What a good story]!" {said friend}. "[I like that better|That is the best part]! Tell it again!" And {hero} did.
    or
    {He} took them to the water, and soon a fish bit, as big as {size}. "[Here is the monster|Bow to the king of the sea]," {said hero}.
    | "Come and see," {said hero}, and down at the water the same fish bit, no bigger than {size}. "[There it is|This is the monster]."
    They all [bowed|laughed], and then they put it back. "[It looked bigger in the story|I like it small]," {said other}.
    | Everybody laughed, {other} [most of all|too]. They let it go, and there was [pea soup|bread and cheese].
    then
    ? "And what do we tell our children?" {asked friend}. "[That it was as big as {biggest}|The truth, and then the other one]," {said hero}.
    | "[Next time|Tomorrow] I will catch one as big as {biggest}," {said hero}, and {friend} [smiled|winked].
    | And whenever {friend} told a tall tale, {hero} [said|asked], "As big as {size}, [you mean|my friend]?"
    """),

  // The book with empty pages.
  Plot(
    """
    who = who loves books | who finds a book with empty pages | who writes a book | who reads a book
    about = a book | reading | a magic book | the library
    {When}, {hero} found a book {spot}. {He} opened it. [All the pages were empty|There was not one word in it].
    | In the library, {hero} took a book from the highest shelf. [It was heavy and blue|It had no name on it]. Inside, the pages were [empty|white].
    | {Hero} loved books and had read [every one|all of them]. {When}, there was a new one {spot}, with empty pages.
    Then a line came: "{Hero} opened the book." "[That is me|It knows me]!" {he} said. "{Hero} was surprised," wrote the book.
    | Then {he} sneezed. "{Hero} sneezed," wrote the book, all by itself. {He} [jumped. "{Hero} jumped|laughed. "{Hero} laughed]," it wrote.
    | "[Is it for me|Who forgot to write this]?" {he} asked. And the book wrote, "{Hero} asked a question." {He} read it [three times|twice].
    {Hero} took it {to place}. "[Look at this|You must see this]!" {he} called to {friend}.
    | {Friend} came and read it too. "[Am I in it|Where am I]?" {asked friend}. "{Friend} was a bit jealous," wrote the book.
    | "{Hello friend} What are you reading?" {asked friend}. "A book that writes [about us|what we do]," {said hero}.
    ? They sat still [for an hour|and did nothing]. "They sat," wrote the book, and it yawned, if books can yawn.
    "Poor book," {said friend}. "[It wants an adventure|It is bored with us]." So they [climbed the highest hill|rowed across the lake], and they [sang to the cows|counted the stars|danced in the rain].
    | "It [needs|wants] an adventure," {said hero}. They [built a boat of leaves|climbed a tower], they [danced in the rain|sang to the moon], and the book could hardly keep up.
    | "What shall it write?" {asked hero}. So they [looked for a dragon|sailed to an island] and [raced the wind|slept under the stars], and the book wrote it all down.
    In the end there was only one page left. {Hero} took a pencil and wrote: "[And they went on tomorrow|And they were friends]."
    | "How does it end?" {asked friend} at the last page. {Hero} thought about it and wrote: "[And they lived happily|And tomorrow they played again]."
    | Then all the pages were full but one. "[That one is for us|Now we write]," {said hero}, and {he} wrote, "[The end, for today|They were friends for ever]."
    The book closed itself. And do you know which book it was? [You have just heard it.|It is the one I am reading from.]
    | They put it back. [Somebody will find it one day, and the pages will be empty again.|The next one who opened it found white pages.]
    | It was the best book that {hero} [ever read|had ever read], and {he} had written [the end of it|a bit of it] {himself}.
    """),

  // The parade of lanterns.
  Plot(
    """
    fits = bodies
    tags = night
    who = who walks in the lantern parade | who makes a lamp | and the parade of lights
    about = a parade | a festival | lights in the dark | the lantern parade
    when = One evening in autumn | On the last evening of autumn | One dark evening
    shape = moon | fish | house | boat | star | heart
    {When}, all the children walked in the parade of lanterns. {Hero} had made a lamp that looked like {an shape}. It was crooked, but it [glowed|was bright].
    | It was the evening of the [great|long] parade of lanterns. {Hero} carried a lamp that {he} had made, a crooked {shape} with a candle in it.
    | {Hero} made a lamp for the great lantern parade, {an shape} of paper. It was [a bit|very] crooked. {When}, {he} walked with [all the others|the others].
    ? "[Is that a potato|What is that, a potato]?" asked somebody. "[I see what it is|It is {an shape}]," {said friend}, who walked beside {him}.
    They sang, and the street was [a river of lights|as bright as a cake with candles]. Then, around the corner, came the wind.
    | Slowly they walked through the town, [singing|humming], with lights [left and right|big and small]. But at the church the wind was waiting.
    | Round lamps and long lamps [danced|went] through the dark, and everybody sang. Then the wind [woke up|heard it].
    Whoosh! One lamp went out. Whoosh! Ten. Whoosh! All of them but one: the crooked {shape} of {hero}.
    | It blew out the first lamp, then the second, then all the others. [Nobody could see|It was dark now]. But the wind did not find the way into the crooked {shape}.
    | It blew out [lamp after lamp|one lamp after the other]. Only the {shape} of {hero} still [burned|glowed], because it was so crooked that the wind [could not get in|lost its way].
    Everybody looked at {him}. "[Come here|Come close]," {he} said. "[Take some of my light|There is enough light for all]."
    | {Hero} [swallowed|stood on tiptoe]. "I have a light!" {he} called. "[Come, one after the other|Come, all of you]!"
    | "[Look here|Wait]," said {hero}, "you can have some of my light," and held up the {shape}.
    {Friend} was first. Then came the little ones, then the big ones. Light after light [went on|came back].
    | One lamp after the other got its light back, first the one of {friend}, [then big ones and small ones|then all the others].
    | {Friend} [came|was there] at once, and then they all came, until the whole street was bright again.
    ? "[It gave away so much|You gave so much away]," {said friend}, "[and it still burns|and it is as bright as before]." "Light [is like that|gets more when you share it]," {said hero}.
    And so the parade went on, with {hero} [at the head|in front] and the crooked {shape} over all.
    | Then they sang the [longest|loudest] song of the year, and {hero} [led the parade|walked in front].
    | The next year, at the parade, everybody had a crooked lamp. [{Hero} laughed|It looked very fine].
    """),

  // The thing that nobody could guess: a stranger who brings soup from a stone.
  Plot(
    """
    who = who cooks soup from {an base} | who makes stone soup | and the soup
    about = stone soup | a soup for everybody | cooking together
    base = stone | nail | button | spoon
    {When}, {hero} came to a strange village. {He} was hungry and knocked. "[We have nothing|There is nothing here]," {said friend} and shut the door.
    | {Hero} was hungry, but in this village everybody hid what they had. "[Nothing here|Go on to the next village]," {said friend} through the keyhole.
    | "Is there [something|anything] to eat?" asked {hero} in a strange village. "Not [a crumb|one bite]," {said friend} behind a window.
    "Then I will cook for you," {said hero}. {He} filled a pot with water and laid {a base} in it.
    | "[Never mind|Very well]," {said hero}. {He} made a fire under a pot of water and dropped {a base} into it.
    | {Hero} found a pot and some water, and made a fire. All that {he} put in was {a base}.
    "{Hello friend} What will THAT be?" {asked friend}. "{Base} soup," {said hero} and stirred. "Only a bit of salt is missing."
    | {Friend} came [closer|out]. "{Base} soup, the best in the world," {said hero}. "But it needs [a bit of|some] salt."
    | "Mm!" {said hero}, so that [all could hear|everybody heard it]. "My {base} soup is nearly good. If only I had some salt!"
    "Salt I have," {said friend}, and ran. {Other} [happened to have|found] a carrot. "[Just one|It was lying around]," {said other}.
    | {Friend} brought it. "A carrot would be [fine|good] now," {said hero}. And {other} [had one|ran to get one].
    | So {friend} went to get some, and then {other} [came with|gave] a carrot that nobody [had known about|had seen before].
    Then came an onion, [three potatoes|a cabbage] and a handful of beans. It smelled so good that [even the cats came|the church was empty].
    | Everybody threw in what they had hidden, one an onion, one [three potatoes|a cabbage]. What a smell!
    | The neighbors brought an onion, [two potatoes|a cabbage], a bit of cheese. The pot [bubbled|sang].
    They brought tables and bread, and they ate until [late|dark].
    | Then they ate, side by side, even those who [never talked|never said hello].
    | There was a [big|full] bowl for everybody, and [somebody played a fiddle|they sang until late].
    "And all that from {an base}!" {said friend}. "Will you sell it?" "[It is yours|I give it to you]," {said hero}. "But everybody must put something in."
    | "What [a good|a wonderful] {base}!" {said friend}. "[Take it|Keep it]," {said hero}. "It only works if everybody [gives something|brings something]."
    | {Hero} gave {friend} the {base}. "[Cook it again|Use it well]," {he} said, "but only all together, [or it will not work|that is the trick]."
    ? The next morning, {he} {went} on [and picked up another {base}|with bread for the way].
    """),

  // Gray, until somebody mixes the colors.
  Plot(
    """
    tags = plain
    who = who brings back the colors | who loves colors | in a gray town | who paints the whole town
    about = colors | a gray town | a town without colors
    fits = bodies
    color = @colors
    All the colors had gone from the town of {hero}. Now there were only [gray houses, gray hats and gray soup|gray streets and gray people].
    | {Hero} loved colors, but the whole town was gray, even the [roses|birthday cakes]. [Nobody knew why|The colors were gone].
    | A gray rain had washed the colors away, and now the town of {hero} was gray, [the houses and the hats|from the cellars to the roofs].
    {When}, {hero} found a little pot {spot}. What was in it was not gray. It was {color}! [It hurt the eyes|It was like music].
    | {When}, {hero} looked {spot}. There was a pot of {color} paint, no bigger than [an egg|an apple].
    | There was a pot {spot}. {When}, {hero} opened it, and it was full of {color} paint, [bright as a song|the first in years].
    "[What is that|Is it ill]?" {asked friend}. "[I like it|It makes me want to jump]," {said hero}, and painted one door {color}. Only {his} own.
    | "Put it away!" {said friend}. "That is not gray!" But {hero} [painted|had painted] {his} whole door {color} [already|with it].
    | {Hero} painted {his} own door {color}. "[What have you done|How strange it looks]!" {said friend}, and [looked again|came closer].
    ? The next day, a child touched it with one finger. "It [is warm|tickles]," said the child. Soon there were {color} dots on many noses.
    | The neighbors came to look, [one by one|with open mouths]. Nobody said a word. But the day after, a second door was {color}.
    | Some [laughed at it|shook their heads], and some smiled. And at night, somebody made a {color} [fence|window].
    "It must be washed off!" {said other}. But then it began to rain, and behind the rain stood a great bow in the sky.
    | {Other} came with [gray water|gray paint] to [end|stop] it. But it rained, and when the sun came out there was a great bow over the town.
    | "[What will the mayor say|No more of that]!" {said other}. Then it rained a little, and [over the roofs|up there] a great bow began to shine.
    There it all was, red and yellow, green and blue. "[So that is what belongs here|They are all up there]!" {said hero}.
    | "Red! Yellow! Green! Blue!" called {hero}. "[They were there all the time|And nobody looked up]!"
    | Even the oldest ones [stood with open mouths|had to look up]. "[Let us bring them back|Those are ours]," {said hero}, "all of them!"
    Then it began. {Friend} painted a [blue|green] roof. {Other} painted a [yellow|purple] gate. The children did the rest.
    | {Friend} painted a roof, {other} painted a wall, and soon the whole town was [full of colors|as bright as the bow].
    | They all painted with {hero} now, {friend} and {other} [first of all|too], until the colors were back in every street.
    ? [Only one wall|One little gate] is still gray. "[So that we do not forget|It looks nice between the others]," says {hero}.
    """),

  // Stage magic that goes wrong.
  Plot(
    """
    fits = bodies
    who = who does magic | who learns magic | and a magic trick | who wants to be a magician
    about = magic | a magic trick | a magic show
    charm = please | thank you | sorry
    pet = frog | rabbit | duck | hen | goose | pig
    thing = hat | bag | cup | box | basket | umbrella
    {Hero} had learned a magic trick from an old book. {When}, {he} gave a show {in place}.
    | "Now you will see a magic trick!" said {hero} and bowed. [Six|Ten] people had come, and one of them was asleep.
    | {Hero} wanted to be a magician and learned magic from an old book. {When}, {he} showed {his} first trick {in place}.
    "Here is an empty {thing}," said {hero}. "[Abra|Hocus] pocus, out comes a flower!" Bang! Out came {a pet}!
    | {He} showed them {a thing}. "Nothing in it. But now a flower will grow! [Hocus|Abra] pocus!" It banged, and {a pet} climbed out.
    | "In this {thing}," said {hero}, "you will see a flower. [Abra|Hocus] pocus!" [It smoked|Bang]! There sat {a pet}.
    "That is no flower," {said friend}. "[It has legs|It is looking at me]." "[One moment|That happens]," {said hero}. "Go back!" Bang! Now there were two.
    | "That flower has legs!" called {friend}. "Back with you!" {said hero}. It banged again, and then there were two of them.
    | Everybody laughed, and {friend} [laughed loudest|most of all]. "[Hocus|Abra] pocus, away!" {said hero}. Bang! There came a second one.
    ? "Three, two, one, gone!" Bang! Four. "[Stop|Enough]!" Bang! Eight. They ran [over the chairs|into bags and hats].
    | "[Go away|No more]!" called {hero}. Bang! Then there were four, and then eight, and soon they sat [on every chair|on every hat].
    | {Hero} said it [backward|louder], and it got worse: four, eight, sixteen! [It was hard to find a free seat|They even sat on the roof].
    {Hero} read {his} magic book again. On the last page it said, "To end it, say {charm}."
    | [Quickly|With red ears], {he} looked into {his} book. And there stood in tiny letters, "If it goes wrong, say {charm}."
    | {Hero} [turned page after page|read and read] in {his} magic book. There it was: "To stop it, say {charm}."
    "{Charm}!" whispered {hero}. Nothing. "[A little louder|From the heart]," {said friend}. So {he} said it again. Pling!
    | {He} said it, but nobody heard it. "[Say it as if you meant it|We cannot hear you]," {said friend}. {Hero} said it once more. Pling!
    | {Hero} took a deep breath. "{Charm}," {he} said, and [then louder|once again], "{charm}!" {Friend} said it too. And pling!
    All was quiet. In the {thing} stood a [red|little] flower, and beside it sat only one {pet}. How they clapped!
    | They were gone, all but one. And this {pet} had a [red|white] flower on its head. The people [clapped|cheered].
    | Then a flower grew out of the {thing}, [as red as a rose|as big as a plate]. Only one {pet} sat there and [winked|looked at it].
    ? "[Was that planned|Did you mean it that way]?" {asked friend}. "[Of course|Yes, all of it]," {said hero}, and the {pet} said nothing.
    """),
]
