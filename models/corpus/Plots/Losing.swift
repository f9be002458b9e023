// Something is lost, and something is found.

let losing = [
  // A lost thing.
  Plot(
    """
    fits = all
    who = who lost {his} {thing} | who cannot find {his} {thing} | who has lost {his} {thing} | and a lost {thing} | looking for {his} {thing}
    about = a lost {thing} | somebody who lost {a thing} | losing something and finding it again
    {When}, {hero} [could not find|had lost|missed] {his} {thing}.
    | "Where is my {thing}?" [cried|asked|said] {hero} [again and again|for the third time|and looked around].
    | {When}, {hero} saw that {his} {thing} was [gone|not there|missing].
    {He} looked {spot} and {spot2}. [Nothing|No {thing}]!
    | {He} [looked|searched] {spot}. {He} [looked|searched] {spot2}. [It was not there|The {thing} was nowhere].
    | First {he} looked {spot}, then {spot2}, and then everywhere else.
    ? "[Think|Think hard]," {he} told {himself}. "[Where did I have it last|When did I last see it]?"
    | {He} asked [everyone|all the neighbors], but nobody had seen [it|{a thing}].
    "{Hello friend} [What are you looking for|Why are you so sad|Did you lose something]?" {asked friend}.
    | Then {friend} came by. "{Hello friend} [Is something wrong|What happened]?"
    "[My {thing} is gone|I lost my {thing}|My {thing}! I cannot find it]," {said hero}.
    | {Hero} told {friend} about the {thing}.
    "[Two can look better than one|Four eyes see more than two|Let us look together]," {said friend}.
    | "[Lost things like to be found|{An thing} does not run away|It must be somewhere]," {said friend}. "[Come|Let us look]!"
    either
    They {went} {to place} and looked [again|very carefully|in every corner].
    | So they looked together, all the way {to place}.
    [At last|Then|After a long time], {friend} [called|shouted], "[Come and look|Here|I see it]!" The {thing} was {spot3}.
    | And there, {spot3}, was the {thing}!
    or
    Then {friend} began to laugh. "[What is that behind you?|Turn around|Look what you are sitting on]!" {Hero} [turned around|looked]. It was the {thing}!
    "[I was sitting on it all the time|It was with me all along|How silly of me]!" {he} [said|cried], and they both laughed.
    or
    {In place}, they met {other}. "Is this yours?" {asked other} and held up {a thing}. "I found it {spot3}."
    "[Oh yes|Yes, yes]! Thank you!" said {hero} and [hugged {other}|jumped for joy|danced in a circle].
    or
    They found the {thing} {spot3}. But on top of it, a tiny [beetle|caterpillar|worm] was fast asleep.
    "Quiet! We will wait until it wakes up," {said hero}. So they sat down and waited, and nobody was in a hurry.
    then
    {Hero} [held the {thing} tight|was so happy that {he} sang a song|could not stop smiling].
    | "[Next time I will take better care of it|From now on I will always put it in its place]," {said hero}.
    | And {friend} got [a big hug|a kiss on the nose|the best seat at lunch].
    """),

  // Somebody else needs the lost thing more.
  Plot(
    """
    who = who lost {his} {thing} and gave it away | who lost {his} {thing} | whose {thing} was gone
    about = a lost {thing} | {an thing} that somebody else needed
    thing, use = mitten / slept in it | hat / made a bed of it | sock / used it as a sleeping bag | boot / lived in it now | cap / kept nuts in it | cup / took baths in it | basket / made a boat of it | scarf / wrapped six babies in it | glove / kept crumbs in it | slipper / used it as a sofa
    friend = mouse | wren | sparrow | hamster | shrew | ladybug
    {When}, the {thing} of {hero} was [gone|nowhere to be found].
    | {Hero} came home one evening without {his} {thing}. {He} had [lost|dropped] it on the way.
    "[I had it this morning|It was my best {thing}|I need my {thing}]!" {he} said.
    [So {he} went back the same way, step by step|So {he} turned around|So {he} set out to find it], and [looked|searched] {spot} and {spot2}.
    | {He} [took a light|set out] and looked [along the road|all along the way], {spot} and {spot2}.
    Then {he} heard a [small|soft|squeaky] voice: "[Do not step on me|Please be quiet|Who is there?]!" {He} looked {spot3}.
    It was {friend}. And there was the {thing}! {Friend} [had found it and|had been cold and] {use}.
    "[Is this yours|Does it belong to you|Were you looking for this]?" {asked friend}. "[I am so sorry|Oh dear]. [I did not know.|Nobody told me.] [It is the best thing I ever had|I have never slept so well|I was never so happy]."
    {Hero} looked at the {thing}. {He} looked at {friend}. [{He} thought for a long time|{He} scratched {his} head].
    | {Hero} [wanted to take|almost took] the {thing} back. Then {he} saw [how small|how happy] {friend} was.
    "[Keep it|You keep it|It is yours now]," {he} said. "[You need it more than I do|It looks better on you|I have another one at home]."
    {Friend} [sang for joy|clapped]. "[Come and visit me in my {thing}|You are always welcome here]!" {said friend}.
    | The next morning, there was a [bag of nuts|bunch of flowers|jar of honey] at the door, [and a note: "Thank you for the {thing}."|and everybody knew who had brought it.|and it was from {friend}.]
    """),

  // The way home.
  Plot(
    """
    who = who got lost | who lost the way | who could not find the way home | who was lost {in place}
    about = getting lost | being lost | the way home | somebody who got lost
    sign, where = river / Follow the water down | smoke / Walk toward the smoke over the roofs | bell / Listen for the bell and walk toward it | big tree / Keep the big tree in front of you
    tags = night
    {When}, {hero} {went} [too far|farther than ever before], {to place} and beyond.
    | {Hero} was looking for {food} {in place}. One more step, and one more, and then nothing looked like home.
    | {When}, {hero} ran after a butterfly, all the way {to place}. When {he} stopped, {he} did not know where {he} was.
    "[Oh no|Oh dear]! [I am lost|Which way did I come?|All the paths look the same]," {he} said.
    {He} went left. {He} went right. [But that was wrong too|It only got worse|There was the same bush again].
    | {He} [called|shouted], but [only the echo answered|nobody answered|nobody heard it].
    | [Left or right|This way or that way]? {He} did not know.
    [It was getting dark|It was almost dark|The sun went down], and {he} [felt very small|wanted to cry|sat down on a stone].
    "{Hello friend} [Are you lost|What are you doing out here|You are not from here, are you]?" {asked friend}.
    "[I want to go home|I do not know the way|I only went a little too far]," {said hero}.
    "[What can you see or hear from your home|What is there near your home|What does one see or hear at your home]?" {asked friend}. {Hero} thought. "{An sign}!" {he} said.
    "[That is easy|Well then|Good]. {where}," {said friend}.
    They {went} on together. [They sang to keep warm|They counted their steps], and the way was not so long.
    | {Friend} [showed {him} the first part of the way|went with {him} for a bit|went along to the next hill], [and waved for a long time|and then waved good-bye].
    [Step by step|Little by little], [the world looked right again|everything looked as it should|{he} knew the stones and the trees again]. [And there was the light in the window|And there was home|And there it was: home]!
    [Supper was still warm|Everybody ran out to meet {him}|{His} bed had never been so soft].
    | "[Now I know the way in the dark too|Next time I will look behind me as I go|Home is where the {sign} is]," {he} said.
    """),

  // A lost little one is brought home.
  Plot(
    """
    who = who found a lost {little} | and a lost {little} | who helps a lost {little}
    about = a lost {little} | {an little} that could not find its mother
    little, mother = duckling / duck | chick / hen | lamb / sheep | kitten / cat | piglet / pig | calf / cow | puppy / dog | foal / horse | gosling / goose
    {When}, {hero} heard somebody crying {spot}.
    | "[Mama! Mama!|Mama! Where are you?]" somebody cried. {Hero} [stopped and listened|stood still|looked around].
    | {When}, something [soft|small] ran against the leg of {hero}.
    It was {a little}. "[I lost my mama|I only looked at a flower|I went the wrong way]," it [said|sobbed].
    "[Do not cry|Dry your tears|Come here]," {said hero}. "[What does she look like?|Tell me about your mama|What is your mama like?]." "She is [the most beautiful one in the world|big and warm|always singing]," said the {little}.
    {Hero} took the {little} along, and they {went} {to place}.
    There they met {friend}. "[Are you its mother|Is this one yours]?" {asked hero}. "[Me? Do I look like it?|Goodness, no]!" {said friend}.
    | "[Is that your mama|Is that her]?" asked {hero} when {friend} came along. "No," said the {little}. "[Too tall|Too loud|Wrong nose|Wrong ears]."
    ? They asked [a tree|a gate|the wind] too, because the {little} wanted to. [It said nothing|It did not know].
    | The {little} got tired, so {hero} [carried it and sang to it|told it a story|let it rest for a while].
    [Then|At last], [from far away, they heard somebody calling|somebody called, far away|they heard a call]. The {little} [jumped up|lifted its head]. "[Mama|That is her|I know that voice]!"
    {A mother} came running, [all out of breath|so happy to see it|crying and laughing]. [Nobody in the world was more beautiful, at least to the {little}|And how the {little} jumped for joy|The {little} was so happy that it could not speak].
    "[How can I ever thank you?|You brought me my baby|You have a good heart]," said the {mother} to {hero}.
    {He} {went} home alone, but {he} did not feel alone. [Behind {him} somebody called, "Good night!"|{He} hummed all the way.|{He} had a new little friend.]
    """),

  // A loose tooth.
  Plot(
    """
    fits = bodies
    who = who lost a tooth | who had a loose tooth | with a loose tooth
    about = a loose tooth | losing a tooth
    hero = girl: she | boy: he | girl: she | boy: he | bear | dragon | lion: he | rabbit | beaver | crocodile | wolf | fox | tiger
    tags = night
    riddle, answer = What has teeth and cannot bite / A comb | What has four legs and cannot walk / A table | What has a neck and no head / A bottle | What runs and has no legs / A river | What has hands and cannot clap / A clock
    {Hero} had a loose tooth[.|, right in front.] It [wiggled when {he} talked|moved to the left and to the right|moved when {he} sang].
    | {When}, {hero} felt [something strange|something new]: [a tooth was loose|one tooth moved]!
    "[Pull it out|Tie it to a door]!" {said friend}. "[No, no|Never]!" cried {hero} [and held both hands over {his} mouth|and shut {his} mouth|and ran away].
    | {Friend} wanted to see it. "[It will fall out by itself|Mine did not hurt at all]," {said friend}.
    At lunch {he} ate only [soup|pudding|soft bread]. {He} did not even want {food}.
    | {Hero} would not laugh. {He} would not sing. {He} only said "Mm."
    {He} [wiggled it all day|touched it with {his} tongue a hundred times]. [It hung by a thread|It was almost out|It would not come out].
    | [It hung by a thread|It was almost out], but it would not [fall|come out].
    Then {friend} told {him} a joke: "{riddle}?" {Hero} did not know. "{answer}!" {said friend}.
    | [Then|But then] a [fly|feather] landed on {his} nose, [and {he} had to sneeze. "Ah, ah, ATCHOO!"|and then: "Ah, ah, ATCHOO!"|and {he} sneezed.]
    [Plop|Pling|Click]! Something [small and white|white|very small] [fell on the floor|rolled away|fell to the ground]. It was [the tooth|{his} tooth]!
    "[It did not hurt at all|Look, a hole|I can whistle through it]!" {said hero} [proudly|with a new kind of smile].
    [That night|In the evening|Before {he} slept], {he} put the tooth [under {his} pillow|in a cup by the bed|on the window].
    [In the morning|The next morning], the tooth was gone, [and there lay|and in its place lay|and what was there? It was] a [shiny coin|bright coin|new coin].
    """),

  // A kite, a balloon: the wind takes it.
  Plot(
    """
    who = whose {toy} flew away | who lost {his} {toy} in the wind | and {an toy} | and the wind
    about = {an toy} that flew away | the wind
    toy = balloon | kite | hat | umbrella | paper plane
    Whoosh! The wind came and {hero} stood there with empty hands. It had taken {his} {toy}!
    | {When}, {hero} took {his} {toy} {to place}. It was a very windy day. Whoosh! Away it went.
    "[Come back|Stop|That is mine]!" {he} [called|shouted], [and ran after it|and began to run|running as fast as {he} could].
    The {toy} flew over [a wall|a roof|the hedge]. It danced past {friend}. "{Hello friend} [Was that yours|What was that]?" {asked friend}.
    "[Help me catch it|Quick, after it|Please stop it]!" {said hero}, [and now there were two who ran|and {friend} ran along|and off they went].
    | "[I have long arms|I can jump|I will get it]," {said friend}, and jumped, but the {toy} was higher.
    They ran [through the mud|over the bridge|up and down the hill], {to place2}. {Other} [shouted|called], "[Left|Right|Higher]!" and ran too. [Now there were three|Now three were running|That made three].
    either
    Then the wind [stopped|went to sleep|held its breath]. The {toy} [sank down|fell] slowly, slowly, into a tree.
    {Friend} stood on the ground, {hero} stood on {friend}, and {other} stood on top. [Got it|One little pull, and down it came]!
    or
    But the {toy} went up and up, until it was as small as a [dot|berry|pea]. Then it was gone.
    {Hero} [was sad|had a lump in the throat|said nothing]. "[Now it sees the whole world|It is on a long journey]," {said friend}. "[Maybe somebody far away will find it|It will have much to tell]."
    or
    The {toy} landed on the [roof|chimney] of a small house. An old woman came out and laughed. "Yesterday it was a sock," said the old woman.
    They got back the {toy}, and [a bowl of soup|a piece of cake] for each of them.
    then
    They sat down in the grass, [out of breath|hot and happy]. "[That was the best race of my life.|I have never run so far.|Shall we do it again]?" {asked other}.
    | "[I lost something and found two friends|Thank you for running with me]," {said hero}.
    | Since then {hero} holds on tight when the wind blows. But sometimes {he} waves at it.
    """),
]
