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
    about = a sad king | somebody who cannot laugh | laughing
    {Hero} had everything: a golden bed, a silver bath and forty hats. But {he} could not laugh.
    | {Hero} had not laughed for seven years. Not when {he} was tickled, [not at the best joke|not at the silliest hat].
    "Whoever makes me laugh," {he} said, "shall have [half of my gold|a wish|a horse and a house]." And from all over the land they came.
    A clown fell over three chairs. Nothing. A bear danced on a ball. Nothing. A wise man told the oldest joke in the world. {Hero} only [yawned.|asked, "Is it over?"]
    | There came fools with bells, and there came a bear on a ball. [Nothing|{Hero} looked out of the window]. There came a goose in a dress. Nothing.
    Then {friend} came through the wrong door, with [a bucket|a basket of eggs|a pile of plates]. "{Hello friend} [Is this the kitchen?|Mind your feet, please]," {said friend} to {hero}.
    | One day the wrong door opened, and in came {friend} with [a sack of potatoes|a tower of plates]. "{Hello friend} [Out of the way|Is that the kitchen?]," {said friend} to {hero}.
    "Do you know who I am?" asked {hero}. "[Somebody who stands in the way|Somebody with a long face]," {said friend}. "[Here, hold this.|Can you peel potatoes]?"
    {Hero} was so surprised that {he} did it. {He} had never [held|done] anything like it. {His} crown [slid over one eye|fell into the soup].
    | Nobody had ever asked {him} to do something. {Hero} took off the heavy coat and [peeled one potato, until it was as small as a pea|broke four eggs, one on {his} own foot].
    ? "[You are really bad at this|That is the worst one I ever saw]," {said friend}, kindly. And then something strange happened. The corner of {his} mouth [went up|shook].
    First it was a [hiccup|squeak]. Then it was a giggle. And then {hero} laughed, so loud that the windows rang, and could not stop.
    | It began in the tummy and went up, [like a bubble|step by step]. And then it came out, a laugh so big that the birds flew up.
    "What do you want, gold or a horse?" {he} asked when {he} could speak again. "[Help with the dishes|That you come back tomorrow, there are more potatoes]," {said friend}.
    ? And so, every Friday, {hero} works in the kitchen. [The soup is terrible, but it is the merriest castle in the world.|{He} is getting better, a little.]
    """),

  // A chain of swaps.
  Plot(
    """
    who = who goes to the market | who swaps things | who trades {first} for something better
    about = swapping things | trading | a day at the market | a good trade
    first = a button | a feather | a piece of string | an old nail | a marble
    second, owner2 = an apple / a hungry tailor | a candle / a baker in a dark cellar | a pot of glue / a man with a broken chair | a bell / a shepherd with no bell | a comb / a lady with wild hair
    third, owner3 = a hen / a farmer | a clock / a clockmaker | a fiddle / an old musician | a barrel of honey / a beekeeper
    {When}, {hero} found {first}. "[What can one do with that?|That is not much]," {he} said, and {went} to the market with it.
    | {Hero} wanted to buy {a gift} for {friend}. But all that {he} had was {first}.
    There stood {owner2}. "[That is just what I need|I have been looking for that all week]! I will give you {second} for it." So they swapped. {Hero} had {second}.
    | "Would you swap?" asked {owner2}. "Your treasure for {second}?" "[Done|Why not?]," {said hero}. Now {he} had {second}.
    {He} {went} on and met {owner3}. "[Is that for sale?|How I need that]!" they called. "Take {third}!" [It was a good trade|{Hero} could hardly believe it], and now {he} had {third}.
    ? {Hero} sang. "[If this goes on, I will have a castle by evening.|What comes next]?" {he} said.
    Then {he} saw {friend}, who sat at the edge of the market and looked [sad|at an empty box]. "{Hello friend} [Nobody buys anything from me|I have nothing left to sell but this]," {said friend} and held up {a gift}.
    | In the last row of the market {he} found {friend}, behind a table with only one thing on it. It was {a gift}. "{Hello friend} [Not one coin today|Nobody wants it]," {said friend}.
    {Hero} looked at it. It was [small|old], but {he} liked it at once. "[I will give you what I have|Let us swap]," {he} said.
    | It was [old|small] and not worth much. But {hero} could not walk on. "[I would like that one|Shall we trade]?" {he} asked.
    "[For this|Are you sure]? But yours is worth ten times as much!" {said friend}. "[Not to me|I know]," {said hero}. "[I like yours better|It makes two happy]."
    [Everybody at the market shook their heads.|"What a fool," said somebody.] {Hero} {went} home with {a gift} and [whistled|a light step].
    The next week, {friend} stood at {his} door. "[You saved me|I started again with what you gave me]," {said friend}. "[You will never pay for an apple again|Here is a place at my table, for always]."
    | "From {first} to a friend," {said hero} in the evening. "[Not a bad day|That was the best trade of all]."
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
    {When}, {hero} caught a fish. It was as big as {size}. It looked at {him}, and {he} let it go again.
    | {Hero} went fishing {in place}. After three hours something bit. It was a fish, as big as {size}. {He} put it back into the water.
    "[Did you catch anything|Well? Any luck]?" {asked friend} on the way home. "[Oh yes|And how]," {said hero}. "A fish, as big as {bigger}!" It just came out of {his} mouth.
    {Friend} told it to {other}. "Have you heard? {Hero} caught a fish as big as {biggest}!" "[With teeth|No]!" {said other}. "[With teeth like knives|With three rows of teeth]," {said friend}.
    ? {Other} told it to the baker, and the baker told it to the mayor. Now the fish [had a crown|could speak|had eaten a ship]. [And {hero} had wrestled with it for two days.|And {hero} had ridden on its back.]
    The next morning, the whole village stood at the door of {hero}. "[Our hero|Tell us]!" they called. "[Show us the place|Catch it again, for the big feast]!"
    {Hero} turned [red|pale]. {He} could run away. {He} could make it even bigger. {He} looked at all the faces.
    | What now? {Hero} stood in the door in {his} nightshirt and [scratched {his} ear|counted the people]. There were very many, and all of them believed it.
    either
    "It was as big as {size}," {he} said. "And I let it go, because it looked at me." [It was very quiet|Nobody said anything]. Then {friend} began to laugh, and then everybody did.
    "[That is the best part of the whole story|I like that one better]," {said friend}. "[A fish that looks at you|Tell that again]!" And {hero} told it again, and not a finger bigger.
    or
    {He} took them to the water. {He} waited, and they all waited. Then something bit. It was a fish, as big as {size}, and it looked at them. "[Here is the monster|Bow to the king of the sea]," {said hero}.
    They all [bowed|laughed until the fish laughed too]. Then they put it back. [That evening, there was pea soup for everyone.|"It looked bigger in the story," {said other}.]
    then
    "And what do we tell our children?" {asked friend}. "[That it was as big as {biggest}|The truth, and then the other one]," {said hero}.
    """),

  // The book with empty pages.
  Plot(
    """
    who = who loves books | who finds a book with empty pages | who writes a book | who reads a book
    about = a book | reading | a magic book | the library
    {When}, {hero} found a book {spot}. {He} opened it. [All the pages were empty|There was nothing in it, not one word].
    | In the library of the town, {hero} took a book from the highest shelf. [It was heavy and blue|It had no name on it]. Inside, the pages were white.
    On the first page there was only one line: "{Hero} opened the book." {He} [dropped it|read it three times]. "That is me!" {he} said. And while {he} looked, a second line came: "{Hero} was surprised."
    {He} sneezed. "{Hero} sneezed," wrote the book. [{He} jumped. "{Hero} jumped," wrote the book.|{He} closed it and opened it again. "Welcome back," wrote the book.] {Hero} ran {to place}, the book under {his} arm. "[Look at this|You must see this]!" {he} called to {friend}.
    ? {Friend} read it. "Am I in it too?" {said friend}. "{Friend} was a bit jealous," wrote the book. "[I am not|Stop that]!" {said friend}.
    ? "What does it do if we do nothing?" {said hero}. They sat still for an hour. "[They sat|Nothing happened]," wrote the book. It yawned, if books can yawn.
    "Poor book," {said friend}. "[It wants an adventure|It is bored with us]." So they [climbed the highest hill|rowed across the lake|built a boat of leaves], they [sang to the cows|counted the stars|danced in the rain], and the book could hardly keep up.
    In the evening, there was only one page left. "[How does it end|What shall we do for the end]?" {asked friend}. {Hero} thought about it. {He} took a pencil and wrote {himself}: "[And they went on tomorrow|And they were friends]."
    The book closed itself, very softly. And do you know which book it was? [You have just heard it.|It is the one I am reading from.]
    | They put it back on its shelf. [Somebody will find it one day, and then the pages will be empty again.|And the next one who opened it found white pages.]
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
    {When}, all the children walked through the streets with paper lamps. {Hero} had made one that looked like {an shape}. [It was crooked, but it glowed|It had taken {him} three days].
    | It was the evening of the great parade. [Round lamps, long lamps, lamps like suns]! {Hero} carried a paper {shape}, with a candle in it.
    ? "[Is that a potato|What is that, a potato]?" asked somebody. {Hero} said nothing. "[I see what it is|It is {an shape}]," {said friend}, who walked beside {him} with a lamp like a [pear|sun].
    They sang the old songs. The street was [a river of lights|as bright as a cake with candles]. Then, around the corner by the church, came the wind.
    | Slowly they walked down to the church and sang, [louder and louder|a bit off key]. Then, without a word, the wind came around the corner.
    Whoosh! One lamp went out. Whoosh! Ten. Whoosh! All of them. [Now it was as dark as in a sack|Somebody began to cry]. Only one little light was left, because it was so crooked that the wind did not find the way in: the {shape} of {hero}.
    | It blew out the first lamp, and the second, and then all the others. [Nobody could see a thing|The little ones began to cry]. But there in the dark was still one light: the crooked {shape} of {hero}.
    Everybody looked at {him}. {He} [swallowed|stood on tiptoe]. "[Come here|Come close, one after the other]," {he} said. "[Take some of my light|There is enough for all]."
    {Friend} was first. Then came the little ones, then the big ones, and then the one who had asked about the potato. Light after light went on. It burned as bright as before.
    | One lamp after the other came to the {shape} of {hero} and got its light back, [big ones and small ones|the pear, the sun and the potato].
    ? "How can that be?" {asked friend}. "It gave away so much." "[Light is like that|It gets more when you share it]," {said hero}. [Or maybe it was the old mayor who said it|They both thought about that for a while].
    And so the parade went on, with {hero} at the head. [And next year, everybody made a crooked lamp.|It was the longest song that the town had ever heard.]
    """),

  // The thing that nobody could guess: a stranger who brings soup from a stone.
  Plot(
    """
    who = who cooks soup from {an base} | who makes stone soup | and the soup
    about = stone soup | a soup for everybody | cooking together
    base = stone | nail | button | spoon
    {When}, {hero} came to a strange village. {He} was hungry. {He} knocked at the first door. "[We have nothing|There is nothing here]," {said friend} and shut it.
    | {Hero} had walked all day and had nothing to eat. But in this village, everybody was hungry and hid what they had. "[Nothing here|Go on to the next village]," {said friend} through the keyhole.
    "[Good|Then I will cook for you]," {said hero}. {He} put a big pot on the square, filled it with water and laid {a base} in it. It was just {an base}.
    | "[Never mind|Very well]," {said hero}, "then you shall eat with me." {He} asked for nothing but a pot of water. In it {he} put {a base}, and made a fire.
    Windows opened. "{Hello friend} What will THAT be?" {asked friend}. "[The best soup in the world|{Base} soup]," {said hero}, and stirred. {He} tasted it. "[Mm! Nearly good|Very fine]. Only a bit of salt is missing."
    "[Salt|Well, salt] I have," {said friend}, and ran. {Hero} tasted again. "[Wonderful|Even better]! If there was a carrot in it, a king would eat it." {Other} [happened to have|found] a carrot. "[Just one|It was lying around]," {said other}.
    Then came an onion. Then came [three potatoes|a cabbage], a bit of cheese, a handful of beans. Everybody threw in what they had hidden. It [bubbled|smelled] so good that [even the cats came|the church was empty].
    | One brought an onion, one brought [three potatoes|a cabbage], and a boy came with a sausage that nobody knew about. And what a smell there was! [Even the cats came|Even the church was empty].
    ? They brought tables. They brought bread. [Somebody brought a fiddle|Somebody lit lamps]. They ate until late, and those who had not talked for years [sat side by side|passed each other the salt].
    "[And all that from {an base}|What a thing, such {an base}]!" {said friend}. "[Will you sell it|What does it cost]?" "[I will give it to you|It is yours]," {said hero}. "But it works only if everybody puts something in."
    ? The next morning, {he} {went} on, with bread in {his} bag. [And on the way {he} picked up another {base}.|In the village, they cook it every Sunday to this day.]
    """),

  // Gray, until somebody mixes the colors.
  Plot(
    """
    tags = plain
    who = who brings back the colors | who loves colors | in a gray town | who paints the whole town
    about = colors | a gray town | a town without colors
    fits = bodies
    color = @colors
    In the town of {hero}, everything was gray. [Gray houses, gray hats, gray soup|The houses were gray, and so were the people]. Nobody knew that it could be different.
    | {Hero} lived in a gray street in a gray town. Even the [roses|birthday cakes] were gray.
    {When}, {hero} found a little pot, no bigger than an egg, {spot}. There was something in it that {he} had never seen. It was {color}. [It hurt the eyes|It was like music].
    "[What is that?|Put it away]!" {said friend}. "[It is not gray.|Is it ill]?" "[I do not know, but I like it|It makes me want to jump]," {said hero}, and {he} painted one door {color}. Only {his} own.
    The next day, everybody stood before it. [Some shook their heads|Some laughed]. A child touched it with one finger. "[It is warm|It tickles]," said the child. In the evening, there was a little {color} dot on many noses.
    | The neighbors came to look at it, [one by one|with open mouths]. Nobody said a word. But the day after, a second door was {color}, and nobody knew who had done it.
    "[It must be washed off|What will the mayor say?]!" {said other}. But when they came with gray water, it had begun to rain. And behind the rain stood something in the sky, a great bow.
    There it all was: red and yellow, green and blue. [They stood with open mouths|Even the oldest ones had never seen it]. "[So that is what belongs there|It has been there all the time, we never looked up]," {said hero}.
    ? Then it began. {Friend} painted a [blue|green] roof. {Other} dyed a [yellow|purple] coat. The children did the rest. And when the paint was used up, they planted flowers.
    ? Today it is the brightest town far and wide. Only one wall is still gray. "[So that we do not forget|It looks nice between the others]," says {hero}.
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
    {Hero} had learned three magic tricks from an old book. The first one never worked. The second one worked on Sundays. {When}, {he} gave a show {in place}.
    | "Ladies and gentlemen!" said {hero} and bowed. "[Today|Here and now] you will see magic!" [Six|Ten] people had come, and one of them was asleep.
    "Here is an empty {thing}," {said hero}. "I say the magic words, and out comes a flower. [Abra|Hocus] pocus, one, two, three!" There was a bang. Out of the {thing} came {a pet}!
    | {He} showed them the {thing} from all sides. "Nothing in it. But now a flower will grow! [Hocus|Abra] pocus!" It banged, it smoked, and {a pet} climbed out of the {thing}.
    "That is no flower," {said friend} in the first row. "[It has legs|It is looking at me]." Everybody laughed. "[One moment|That happens]," {said hero}. "Hocus pocus, go back!" Bang! Now there were two.
    | "That flower has legs!" called {friend}. {Hero} smiled as if nothing was wrong. "Back with you! Hocus pocus!" It banged again. And so there were two of them.
    ? "Three, two, one, gone!" Bang! Four. "[Stop|Please stop]!" Bang! Eight. They ran over the stage, onto the chairs, into bags and hats. The one who had been asleep woke up with {a pet} on the head.
    | "Go away!" Bang! Four. "[Enough|No more]!" Bang! Eight. Soon they sat [on every hat|in all the bags], and it was not easy to find a free seat.
    {Hero} [turned pale|leafed through the book]. There, at the very bottom, in tiny letters: "To end it, say {charm}." {He} had never [read|seen] that.
    | {Hero} took the old book and read it again, [with a finger on each line|faster and faster]. And really, on the last page it said: how to stop it. One had to say {charm}.
    "{Charm}!" whispered {hero}. Nothing. "[A little louder|From the heart], I think," {said friend}. {Hero} took a deep breath and said it so that everyone could hear. Pling!
    | {He} said it, but nobody could hear it. "[Say it as if you meant it|We cannot hear you back here]," {said friend}. So {he} stood up straight and said it once more. And pling!
    All was quiet. In the {thing} stood [one red flower|a little flower], and on top of it sat {a pet}, the first one, and [would not leave|winked]. [Then the people clapped as never before.|Nobody was asleep anymore.]
    "[Was that planned|Did you mean it that way]?" {asked friend}. "[Of course|Yes, all of it]," {said hero}. [And the {pet} said nothing about it either.|The {pet} stayed with {him}, and it is better at magic than {he} is.]
    """),
]
