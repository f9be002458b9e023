// Presents, wishes and shared lunches.

let giving = [
  // Sharing food.
  Plot(
    """
    fits = all
    who = who shares {his} {food} | who does not want to share | who learns to share
    about = sharing | sharing | sharing {food} | learning to share | {food} | being hungry | a lunch for two
    food = @foods
    food2 = @foods
    {When}, {hero} had a whole [basket|plate] of {food}, all for {himself}.
    | {When}, {hero} found some {food} {spot}. "[What luck|Lunch]!" {he} said.
    | {Hero} sat down {in place} to eat. Lunch was {food}, {his} favorite.
    "[One for me, and one for me|All mine|This will be a feast]," {he} sang.
    ? {He} was just about to [begin|take the first bite].
    Then {friend} came along and [looked at the {food}|sat down not far away]. "{Hello friend} [That smells good|What have you got there?]," {said friend}.
    | Somebody's stomach growled. It was that of {friend}, who [had not eaten since yesterday|looked very thin].
    {Hero} [put an arm around the {food}|turned a little to the other side|ate a bit faster]. "[There is not enough for two|I found it|It is a very small lunch]," {he} said.
    "[I only want to look|I understand|Looking costs nothing]," {said friend} and looked [very hungry|the other way].
    Suddenly the {food} did not taste so good anymore. [{Hero} stopped chewing.|Something was missing.|{He} swallowed, and it went down like a stone.]
    "[Well, sit down|Come here|Oh, all right]," {he} said. "[Half is enough for me|Take some|You take that side, I take this side]."
    either
    They ate and talked. {Friend} knew three stories about a king. {Hero} laughed so much that {he} nearly forgot to eat.
    or
    {Friend} had something too: a little bag of [salt|sugar]. They put some of it on the {food}. It tasted [ten times as good|like a party].
    or
    Soon {other} came by, and then a few more. {Hero} gave everybody a bit. And it was strange: it was enough for all of them.
    then
    "I have never had such a good lunch," {said hero}.
    | The next day, {friend} brought {food2}. "[Today it is my turn|Half of it is yours|Sit down]," {said friend}.
    | {He} went home with nothing left, but {he} did not feel empty at all.
    """),

  // A birthday that everybody seems to have forgotten.
  Plot(
    """
    fits = dry
    who = whose birthday everybody forgot | who has a birthday | who gets a birthday surprise
    about = a birthday | a birthday party | a surprise party | a surprise
    gift = @things
    It was the birthday of {hero}. {He} [put on {his} best hat|sat down by the door] and waited. [Nobody came|Nobody knocked].
    | {Hero} jumped out of bed. It was {his} birthday. "[Today everybody will sing for me|A birthday is the best day of all]!" {he} said.
    | {When}, {hero} had {his} birthday. "[I wonder who will sing for me|Today I am one year older]!" {he} said.
    {He} met {friend} {in place}. "[Is it not a special day|Do you know what day it is]?" asked {hero}. "[Is it Tuesday?|Yes, I must wash my socks|I have no time, sorry]," {said friend}.
    | "Good morning!" {he} called to {friend}. But {friend} only [looked at the ground|mumbled something|talked about the rain].
    | "[Have you nothing to tell me|Do you know what day it is]?" {he} asked {friend}. "[Bye|I must run|Washing day]!" {said friend}.
    ? Then {he} met {other}. But {other} [had no time either|only hurried on].
    | And {other}? "[Today I must wash my socks|No time, no time]," {said other}.
    {Hero} [hung {his} head|felt very small]. "[They all forgot me|Nobody thought of it]," {he} said, and sat down {spot}.
    | "[I will sing for myself, then|A birthday is only a day]," {he} said, and [had to swallow|was very sad].
    | "[Nobody thinks of my birthday|All of them forgot it]," thought {hero}, and [a tear fell|looked at the ground].
    In the evening {he} opened the door of {his} house. [It was dark inside|It was quiet, too quiet]. Somebody [giggled|sneezed].
    | When it was almost dark, {he} {went} home. [No lamp was on|It was very quiet]. Then somebody [giggled|sneezed].
    | At last {he} {went} home. [The house was dark|All was dark]. But what was that? Somebody [giggled|coughed].
    "SURPRISE!" [Lamps went on|It was bright as day]. [Everybody was there|There they all were], {friend} and {other} and all the rest, with [paper hats|flowers].
    | "[Surprise, surprise|Happy birthday! Surprise]!" called {friend} and {other} and all the others. The cake was as [high as a chair|big as a wheel].
    | "SURPRISE!" There stood {friend} and {other} and [many more|all {his} friends], with a cake and [flowers|paper hats|balloons].
    "[We baked all day|You nearly caught us in the morning|It was so hard not to say anything]!" {said friend}.
    Then they gave {him} {a gift}. {Hero} [laughed and cried at the same time|could not say a word|hugged one after the other].
    | And there was a present, too: {a gift}. {Hero} [was so happy that {he} cried|danced for joy|could not say a word].
    | {Hero} got [flowers|kisses] and {a gift}, and [laughed and cried at the same time|hugged them all].
    ? "[And I thought that you forgot me|I will never be sad so early again]," {he} said. "[Forgot you? Never|Never, never]!" {said friend}.
    They [danced|sang|ate cake|played games] until [it was very late|the stars came out|nobody could stand anymore].
    """),

  // A present without money.
  Plot(
    """
    who = who looks for a present for {his} {parent} | who has no money for a present | who wants to give {his} {parent} a present
    about = a present | a present for {his} {parent} | giving
    hero = girl: she | boy: he | girl: she | boy: he | girl: she | boy: he | mouse | bear | fox | rabbit | puppy | hedgehog | squirrel | elephant | kitten | prince: he
    parent = mother | father | grandmother | grandfather | aunt
    {When}, it was the birthday of {his} {parent}, and {hero} had no present.
    | The birthday of {his} {parent} was [tomorrow|near], and {hero} had nothing but [two buttons|one coin|a bit of string] in {his} pocket.
    | {Hero} wanted to give {his} {parent} [the most beautiful thing in the world|something very special].
    {He} {went} to the market. There was [a golden necklace|a silk scarf|a silver clock]. "[How much is it|What does it cost]?" {he} asked. "[More than you have|A hundred coins]," {said friend}, who sold it.
    | {He} looked into every shop. [That blue dress|That music box]! But {friend}, who sold it, only shook a finger. "Come back when you are rich."
    | "{Hello friend} [Can I help you|What shall it be]?" {asked friend} in the shop. But everything cost [too much|more than {he} had].
    "[What does your {parent} like|What makes your {parent} happy]?" {asked friend}. {Hero} [thought about it|scratched {his} head]. "[Singing birds|The smell of bread|A good laugh|Sitting down]," {he} said.
    either
    So {he} wrote little notes: "Good for one [hug|foot rub|cup of tea]." "Good for washing the dishes." "Good for a quiet hour." {He} put them all in a [box|bag|jar].
    {His} {parent} read them all, one by one. "[These are worth more than gold|I will keep one of them forever]," said {his} {parent}.
    or
    So {he} got up very early and [picked flowers|set the table|swept the floor]. {He} made breakfast. The toast was [a bit black|rather black], and the tea was a bit cold.
    {His} {parent} ate all of it, to the last black crumb. "[I have never had such a breakfast|That was fit for a queen or a king]," said {his} {parent}.
    or
    So {he} learned a song. {He} practiced it {in place}, where only the birds heard {him}. In the evening {he} stood on a chair and sang.
    In the middle {he} forgot the words and sang "La la la." {His} {parent} [laughed and wiped away a tear|sang along].
    then
    "[But I have no real present|It cost nothing]," {said hero}. "[It cost you a whole day|The best things have no price]," said {his} {parent}.
    | {His} {parent} held {him} tight. "[You|You are my present]," was all that {his} {parent} said.
    """),

  // A warm thing given away in the cold.
  Plot(
    """
    who = who gives away {his} {thing} | who gives {his} {thing} to somebody | who is kind to a stranger
    about = a kind heart | kindness | generosity | giving something away | a cold winter day
    thing = scarf | coat | blanket
    when = One cold morning | One winter day | On the coldest day of the year | One snowy evening
    {When}, {hero} put on {his} {thing} and {went} {to place}.
    | It was so cold that [even the wind was freezing|the river stood still|nobody wanted to go out]. But {hero} had {a thing}, [warm and thick|a warm one, made by {his} grandmother].
    | {When}, {hero} {went} through the snow. {He} was not cold, for {he} had {a thing}[.|, warm and thick.]
    By the road sat {friend} and shivered. "[You are blue|Are you cold?]!" {said hero}. "[Only outside and inside|I had a house, but it fell down]," {said friend}.
    | Then {he} saw {friend}, who [sat in the snow|lay by the road] and [blew on cold fingers|shook from top to toe]. "[Where is your home|Where is your house]?" asked {hero}. "[It is gone|The wind took the roof]," {said friend}.
    | Somebody sat [under a tree|in the snow] and shook with cold. It was {friend}. "[I have no home|I come from far away, and I lost my way]," {said friend}.
    {Hero} took two steps on. {He} took one step back. Then {he} took off the {thing}. "[Here, take it|It is for you|I am hot anyway]," {he} said.
    | {Hero} [did not think for long|looked at the {thing} once more]. "[Put this on|You need it more]," {he} said.
    | The {thing} was so warm. But {hero} [took it off|gave it away]. "[Here, take it|It is yours now]," {he} said.
    ? "[But then you will be cold|I cannot take that]," {said friend}. "[I can run|I will walk fast]," {said hero}, and {went} home with a red nose.
    ? At home, {he} told nobody. {He} [only sat|sat that evening] close to the [stove|fire].
    either
    Weeks later, when the ice was thin, {hero} fell into the pond. "Help!" {Friend} came running in the {thing} and pulled {him} out.
    "[Who gives warm things gets warm things|Now we are even]," {said friend}.
    or
    In the morning, there was a [basket|big bag] at the door. In it were [warm bread|red apples] and a note: "From somebody who is not cold anymore."
    or
    The next day, {he} saw the {thing} again. {Friend} wore it, but only one half. In the other half sat {other}. "[There was room|It is big enough for two]," {said friend}.
    ? And the day after that, three of them sat in it. [It was the longest {thing} in the world, or so it seemed.|There was always room for one more.]
    then
    And strangely, {hero} was not cold that winter. [There was something warm right in {his} middle|Not once].
    | "[Where is your {thing}|Did you lose it]?" they asked {him}. "[It is where it belongs|I know where it is]," {said hero}.
    """),

  // Three wishes.
  Plot(
    """
    fits = dry
    who = who has three wishes | who finds a magic {source} | who gets a wish | and a magic {source}
    about = three wishes | a magic {source} | magic | a wish
    source = lamp | shell | ring | bottle | stone | coin | box
    {When}, {hero} found an old {source} {spot}. {He} rubbed it clean. Puff! [A voice came out of it|Blue smoke came out].
    | {When}, {hero} [stumbled over|sat down on] an old {source}. "[Ouch|Careful]!" said the {source}. "Now that you woke me, you have three wishes."
    "Three wishes, [not one more|no more and no less]," said the {source}. "[I wish I knew what to wish|I wish I had {food} to think better]!" said {hero}. Puff! That was one.
    | "Three wishes?" {said hero}. "[I wish that I could have {food}|I wish for a mountain of {food}]." Puff! There it was. {He} ate until {he} could eat no more.
    "Two left," said the {source}. "[I want to be the strongest|I want to be as big as a house|I want everything to be made of gold]!" {said hero}.
    | "[That leaves two|Two more]," said the {source}. {Hero} took {his} time. "[I would like to be a giant|I wish that everybody must do what I say]!"
    Puff! It was done. But it was [not nice at all|a mistake]. [Nobody wanted to play with {him}|{He} could not even hug a friend|Nobody sang or laughed with {him}].
    | Puff! There, it was done. [At first it was fun.|How strange it was.] But soon [nobody wanted to play with {him}|{he} did not like it].
    | Puff! {He} had {his} wish. But oh! [Nobody came to play|{He} was all alone|{He} could not even hug a friend].
    either
    "[What now?|Oh no]," {he} said. "I wish that everything was as before!" Puff. And so the third wish was gone.
    "Are you sad?" {asked friend}, when {hero} told the story. "[No|Not at all]," {said hero}. "[I had what I wanted|It is good to be me again]."
    or
    Then {he} saw {friend}, who [cried|looked very sad]. "I am so alone," {said friend}.
    "I wish for a home for {friend} instead," {said hero}. Puff! There stood a little house with [a garden|a family in it], and all the rest was as before.
    "You could have had a castle," said the {source}. "[What would I do there alone?|This looks better than a castle]," {said hero}.
    or
    "One left," said the {source}. "And what do YOU wish?" asked {hero}. It was very quiet. "Me? I wish that I were free."
    "Then that is my wish," {said hero}. Puff! Out of the {source} came a small blue [cloud|bird]. It flew away into the sky, and everything was as before.
    then
    The {source} still stands on {his} shelf. [It is empty, but {he} likes to look at it|Sometimes {he} gives it a wink].
    | And if {he} wants something today, {he} works for it.
    """),

  // A stand at the road.
  Plot(
    """
    fits = bodies
    who = who sells {goods} | with {an goods} stand | who wants to earn some money
    about = {an goods} stand | selling {goods} | earning money
    goods = lemonade | apple juice | cocoa | cookies | pancakes | honey | flowers | soup
    toy = @toys
    {Hero} wanted {a toy}, and for that {he} needed money. So {he} put up a stand by the road. On it stood: "{Goods}! One coin!"
    | {When}, {hero} wanted {a toy}, but {he} had no money. So {he} opened a stand {in place}. "[Good|The best] {goods}! Only one coin!" {he} called.
    | {When}, {hero} had a stand by the road and sold {goods}. With the money {he} wanted to buy {a toy}.
    [Nobody came|The road was empty]. [The sun went by|An hour went by|A dog went by].
    | {Hero} waited [an hour|all morning], but [nobody came|only the wind came by|nobody stopped].
    | [A cart|A dog] went by. But nobody [stopped|wanted anything|bought anything].
    Then {friend} came along, [tired and thirsty|with a heavy bag|covered with dust]. "[All I have is this leaf|I have no coin, only this leaf|Do you take a leaf?]," {said friend}.
    | At last somebody stopped. It was {friend}. "[I have no money|I never have a coin]," {said friend}, "only this leaf."
    | "{Hello friend} [May I have some?|That looks good]," {said friend}, who came by [with nothing but a leaf|with a leaf and no coin].
    "[A leaf is fine too|For you it costs a leaf|Then give me the leaf]," {said hero}.
    | {Hero} [laughed|thought about it] and took the leaf. "[Here you are|That is enough]," {he} said.
    {Friend} [closed both eyes|asked for more]. "[Mmm! I never had such good {goods}|I must tell my friends|What good {goods}]!" {said friend}.
    | "[This is the best in the world|How good|My friends must know this]!" {said friend}, and [hurried|ran] off to tell everybody.
    | {Friend} was so happy [with it|about it] that [everybody heard of it|all the others were told of it].
    After a while [ten|twenty] friends of {friend} came! And [all of them|each of them] had [a coin|some coins].
    | Soon {he} heard many feet. [Ten|Twenty] friends of {friend} stood there in a [long|very long] line, each with a coin.
    | And then they came, one after the other: [ten|twenty] friends of {friend}. They all [paid|had coins].
    By evening, everything was sold. {Hero} counted the coins. It was [enough|enough, and one more].
    | In the evening {he} had [a full box|a heavy pocket] and sore feet. [It was enough.|It was a lot of money.]
    | "[All gone|Nothing left]!" {hero} called in the evening. {He} had [all the money that {he} needed|enough money].
    either
    {He} [bought|ran and bought] the {toy}. {Friend} was the first to play with it.
    | The next day {he} had the {toy}, and {friend} [came to play|could play with it too].
    or
    But on the way to the shop, {he} saw somebody who [had nothing to eat|was hungry], and gave all the money away. "[I can sell more tomorrow|Tomorrow I will sell twice as much]," {he} said.
    | But then {he} met somebody who was hungry, and {he} gave all the coins away. The next morning, {an toy} lay at {his} door, with a [leaf|green leaf] on it.
    then
    And the old leaf? {He} [keeps it in a book|hung it on the wall]. It was {his} first money.
    | {He} still has that first leaf. [It hangs on the wall|It lies in a book|Some things are worth more than money].
    | "[The leaf was the best coin of all|A leaf is money too]," {he} likes to say.
    """),
]
