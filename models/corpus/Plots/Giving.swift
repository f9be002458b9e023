// Presents, wishes and shared lunches.

let giving = [
  // Sharing food.
  Plot(
    """
    fits = all
    who = who shares {his} {food} | who does not want to share | who learns to share
    about = sharing | {food} | being hungry | a lunch for two
    food = @foods
    food2 = @foods
    {When}, {hero} had a whole [basket|plate] of {food}, all for {himself}.
    | {When}, {hero} found some {food} {spot}. "[What luck|Lunch]!" {he} said.
    | {Hero} sat down {in place} to eat. There was {food}, {his} favorite.
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
    It was the birthday of {hero}. {He} put on {his} best hat and waited. [Nobody came|Nobody knocked].
    | {Hero} jumped out of bed. It was {his} birthday. "[Today everybody will sing for me|A birthday is the best day of all]!" {he} said.
    {He} met {friend} {in place}. "Is it not a special day?" asked {hero}. "[Is it? I think it is Tuesday|Yes, I must wash my socks|I have no time, sorry]," {said friend} and hurried away.
    | "Good morning!" {he} called to {friend}. But {friend} only [looked at the ground|mumbled something] and went into the house.
    Then {he} met {other}. "[Do you know what day it is|Have you nothing to tell me]?" {he} asked. "[Washing day|The day after yesterday]," {said other}. "[Bye|I must run]!"
    {Hero} [hung {his} head|felt very small]. "[They all forgot me|Nobody thought of it]," {he} said, and sat down {spot}.
    | [So {he} went home.|{He} walked home very slowly.] "[I will sing for myself, then|A birthday is only a day]," {he} said, and had to swallow.
    When it was almost dark, {he} opened the door of {his} house. [It was black inside|It was quiet, too quiet]. Somebody [giggled|sneezed].
    "SURPRISE!" Lamps went on. [Everybody was there|There they all were], {friend} and {other} and all the rest, with [paper hats|flowers] and a cake as [high as a chair|big as a wheel].
    "[We baked all day|You nearly caught us in the morning|It was so hard not to say anything]!" {said friend}. "[I had flour on my nose, and you did not see it|I hid the candles behind my back]."
    Then they gave {him} {a gift}. {Hero} [laughed and cried at the same time|could not say a word|hugged one after the other].
    "[And I thought that you forgot me|I will never be sad so early again]," {he} said. "[Forgot you? Never|Never, never]!" {said friend}.
    They [danced|sang|ate cake] until the [candles were small|stars came out].
    """),

  // A present without money.
  Plot(
    """
    who = who looks for a present for {his} {parent} | who has no money for a present | who wants to give {his} {parent} a present
    about = a present | a present for {his} {parent} | giving | Mother's Day
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
    about = a kind heart | kindness | giving something away | a cold winter day
    thing = scarf | coat | blanket | hat | sweater
    when = One cold morning | One winter day | On the coldest day of the year | One snowy evening
    {When}, {hero} put on {his} {thing} and {went} {to place}.
    | It was so cold that even the wind was freezing. But {hero} had {a thing}, [warm and thick|a warm one, made by {his} grandmother].
    By the road sat {friend} and shivered. "[You are blue|Are you cold?]!" {said hero}. "[Only outside and inside|I had a house, but it fell down]," {said friend}.
    | Then {he} saw {friend}, who sat in the snow without a coat and [blew on cold fingers|shook from top to toe]. "[Where is your home|Why do you sit here]?" asked {hero}. "[It is gone|The wind took the roof]," {said friend}.
    {He} took two steps on. {He} took one step back. Then {he} took off the {thing}. "[Here, take it|It is for you|I am hot anyway]," {he} said.
    | {Hero} [did not think for long|looked at the {thing} once more]. "[Put this on|You need it more]," {he} said.
    ? "[But then you will be cold|I cannot take that]," {said friend}. "[I can run|I will walk fast]," {said hero}, and ran home with a red nose.
    ? At home, {he} told nobody. {He} only sat very close to the stove.
    either
    Weeks later, when the ice was thin, {hero} fell into the pond. "Help!" Something flew to {him} through the air: the end of {a thing}. {Friend} held the other end, and pulled {him} out.
    "[Who gives warm things gets warm things|Now we are even]," {said friend}.
    or
    In the morning, there was a [basket|big bag] at the door. In it were [warm bread|red apples] and a note: "From somebody who is not cold anymore."
    or
    The next day, {he} saw the {thing} again. {Friend} wore it, but only one half. In the other half sat {other}. "[There was room|It is big enough for two]," {said friend}.
    And the day after that, three of them sat in it. [It was the longest {thing} in the world, or so it seemed.|There was always room for one more.]
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
    "Three wishes, [not one more|no more and no less]. Think well," said the {source}. "[I wish I knew what to wish|I wish I had {food} to think better]!" said {hero}. Puff! That was one.
    | "Three wishes?" {said hero}. "[I wish that I could have {food}|I wish for a mountain of {food}]." Puff! There it was. {He} ate until {he} could eat no more.
    "Two left," said the {source}. {Hero} thought [for an hour|very hard]. "[I want to be the strongest|I want to be as big as a house|I want everything to be made of gold]!"
    | "That leaves two," said the {source}. This time {hero} took {his} time. "[I would like to be a giant|I wish that everybody must do what I say]!"
    Puff! It was done. But it was [not nice at all|a mistake]. [{He} broke the chair, the door and the table.|Nobody wanted to play with {him}.|{He} could not even hug a friend.]
    either
    "[What now?|Oh no]," {he} said. "I wish that everything was as before!" Puff. And so the third wish was gone.
    "Are you sad?" {asked friend}, when {hero} told the story. "[No|Not at all]," {said hero}. "[Now I know that I had what I wanted|It is good to be me again]."
    or
    Then {he} saw {friend}, who sat {in place} and [cried|looked very sad]. "I am so alone," {said friend}.
    "I wish that {friend} may be happy," {said hero}. Puff! There stood a little house with smoke over the roof, and [in front of it a garden|in it a family].
    "You could have had a castle," said the {source}. "[What would I do there alone?|This looks better than a castle]," {said hero}. And the {source} went to sleep for a hundred years.
    or
    "One left," said the {source}. "[And what do YOU wish|What would you like]?" asked {hero}. It was very quiet. "Me? I wish that I were free."
    "Then that is my wish," {said hero}. Puff! Out of the {source} came a small blue [cloud|bird]. It [danced around {him} once|laughed] and flew away into the sky.
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
    {Hero} wanted {a toy}, and for that {he} needed money. So {he} put a table by the road and wrote on a board: "{Goods}! One coin!"
    | {When}, {hero} wanted {a toy}, but {he} had no money. So {he} opened a stand {in place}. "The best {goods} in the world! Only one coin!" {he} called.
    [Nobody came|The road was empty]. A cart went by. A dog went by. [The sun went by|An hour went by]. {Hero} put up a second board: "[Very good|Really good] {goods}!"
    Then {friend} came along, [tired and covered with dust|with a heavy bag]. "{Hello friend} [I would like some, but all I have is this leaf|I have no coin, only this leaf]," {said friend}.
    ? {Hero} looked at the board. {He} looked at {friend}. "[Today it is free|A leaf is fine too|For you it costs a smile]," {he} said.
    {Friend} [closed both eyes|asked for more]. "[Mmm! I never had such good {goods}|I must tell this to everybody]!" {said friend}, and hurried off.
    After a while there was dust on the road. [Ten|Twenty] friends of {friend} came! "[Is it here|Are we late]?" they asked. And all of them had coins, [or apples, or jokes|at least small ones].
    | Soon {he} heard many feet. [Ten|Twenty] thirsty friends of {friend} stood at the table, in a long line, and each had brought something: a coin, an apple, a joke.
    By evening, everything was sold. {Hero} [counted the coins|shook the box]. [It was enough|It was enough, and one more].
    | In the evening {he} had [a full box|a heavy pocket] and sore feet.
    either
    {He} ran and bought the {toy}. The first one who was allowed to play with it was {friend}.
    or
    But on the way to the shop, {he} saw somebody who had nothing to eat. {He} went home with no {toy} and a light heart. [And there on the doorstep lay {an toy}, with a leaf on it|"Tomorrow I will sell twice as much," {he} said].
    then
    And the old leaf? {He} [keeps it in a book|hung it on the wall]. It was {his} first money.
    """),
]
