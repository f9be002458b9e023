"""The corpus of stories.bin: children's stories from a grammar.

    python3 models/corpus.py                  120000 stories, one a line
    python3 models/corpus.py --held-out       1000 stories that training never sees
    python3 models/corpus.py --chat           as a request, a tab and the story that answers it

A story is one hero, one helper and one plot. Everything that could vary is drawn once and
kept in a table (`Story.words`), so a name, a pronoun or a lost kite stays the same to the end.
Templates are plain sentences: [a|b|c] is a choice, {word} comes from the table, {Word} is
the same with a capital letter. The same arguments always give the same text.
"""
import argparse
import random
import re

# Names, kinds and things -------------------------------------------------------------------

GIRLS = """Lily Mia Anna Emma Lucy Rose Ruby Zoe Ella Nora Clara Daisy Ivy Jane Molly Sara Tina
Bella Amy Eva Grace Hazel June Kate Lena Maya Nina Olive Penny Pia Rita Sally Sophie Stella Tess
Violet Wendy Alice Betty Dora Fiona Gina Holly Iris Kim Luna Mary Poppy Susie""".split()
BOYS = """Tom Ben Max Sam Tim Jack Leo Finn Oscar Hugo Billy Bob Charlie Danny Eddie Felix Fred
George Harry Henry Jake Jim Joe John Kevin Lucas Mike Milo Nick Noah Oliver Otto Paul Peter
Pip Ralph Rex Roy Theo Toby Walter Adam Alex Bruno Carl David Evan Gus""".split()

LAND = """fox bear rabbit mouse squirrel hedgehog deer wolf badger otter beaver mole raccoon cat dog
kitten puppy pony horse cow pig sheep goat lamb donkey hamster lion tiger elephant monkey giraffe
zebra hippo rhino panda koala kangaroo camel frog toad lizard snail turtle ant spider snake
cricket skunk moose llama chipmunk dragon unicorn robot""".split()
AIR = """owl duck goose hen sparrow robin crow parrot swan eagle pigeon peacock bee
butterfly ladybug bat bird""".split()
SEA = """fish whale dolphin octopus crab seal shark starfish seahorse lobster mermaid""".split()
PEOPLE = {"girl": "f", "boy": "m", "farmer": "", "baker": "", "king": "m", "queen": "f",
          "princess": "f", "prince": "m", "knight": "", "fisherman": "m", "grandmother": "f",
          "grandfather": "m", "teacher": "", "gardener": "", "painter": "", "sailor": "",
          "wizard": "m", "fairy": "f", "giant": "m", "pirate": "", "doctor": "", "shepherd": "",
          "woman": "f", "man": "m", "tailor": "", "elf": "m"}

ADJECTIVES = "little young small clever kind friendly gentle shy quiet brave funny curious cheerful old".split()

# each place: where it is, where one goes, its name
LAND_PLACES = [p.split("/") for p in """in the forest/into the forest/the forest
by the river/down to the river/the river
on the hill/up the hill/the hill
in the meadow/to the meadow/the meadow
in the garden/into the garden/the garden
at the market/to the market/the market
by the lake/to the lake/the lake
on the beach/down to the beach/the beach
in the old barn/to the old barn/the old barn
at the farm/to the farm/the farm
by the bridge/to the bridge/the bridge
in the village/to the village/the village
at the mill/to the mill/the mill
in the orchard/into the orchard/the orchard
by the pond/to the pond/the pond
in the field/out to the field/the field
in the valley/down into the valley/the valley
in the park/to the park/the park
on the mountain/up the mountain/the mountain
by the castle/to the castle/the castle""".split("\n")]
SEA_PLACES = [p.split("/") for p in """at the reef/to the reef/the reef
in the bay/into the bay/the bay
by the sunken ship/to the sunken ship/the sunken ship
in the sea grass/into the sea grass/the sea grass
near the old pier/to the old pier/the old pier
in the blue lagoon/to the blue lagoon/the blue lagoon
by the big rocks/to the big rocks/the big rocks
in the dark cave/into the dark cave/the dark cave
near the island/to the island/the island
on the sandy bottom/down to the sandy bottom/the sandy bottom""".split("\n")]

LAND_HOMES = ["in a quiet forest", "at the edge of the woods", "near a blue lake", "by a small river",
              "on a green hill", "on a little farm", "in a wide valley", "in a sunny meadow", "near an old mill",
              "at the foot of a mountain", "not far from the sea", "in a land of green fields"]
TOWN_HOMES = ["in a small village", "in a little house by the river", "in a busy town", "on a little farm",
              "in a white house on a hill", "near an old mill", "by the sea", "at the edge of the woods"]
SEA_HOMES = ["in the deep blue sea", "near a bright reef", "in a quiet bay", "in a cave under the waves",
             "in the warm green sea", "near a small island"]

LAND_THINGS = """red ball/blue kite/silver key/golden ring/warm scarf/green hat/wooden boat/little drum
picture book/music box/tin whistle/yellow umbrella/shiny button/toy train/small lantern/rag doll
paintbrush/straw basket/glass marble/pocket watch/red balloon/silver bell/blue blanket/woolly sock
golden coin/white feather/wooden spoon/paper map""".replace("\n", "/").split("/")
SEA_THINGS = """white pearl/pink shell/golden coin/silver ring/green bottle/smooth stone/glass bead
little anchor/shiny button/paper map/silver spoon/golden key/blue marble/small bell""".replace("\n", "/").split("/")

LAND_SPOTS = ["under a bush", "behind a big rock", "beside a log", "in the tall grass", "under a pile of leaves",
              "behind a tree", "near the well", "next to a fence", "in an old basket", "under a bench"]
SEA_SPOTS = ["under a rock", "behind the coral", "in the soft sand", "inside an empty shell", "under a green leaf",
             "next to an old anchor", "between two stones"]

LAND_FOODS = ["apples", "berries", "bread", "honey cakes", "cheese", "carrots", "nuts", "pancakes", "pears",
              "cookies", "plums", "cherry pie"]
SEA_FOODS = ["sweet seaweed", "sea plums", "seaweed cakes", "kelp soup", "salty noodles"]

TIMES = ["One day", "One day", "One morning", "One sunny morning", "One windy day", "One rainy day",
         "One cold winter day", "One spring morning", "One warm summer day", "One autumn day",
         "Early one morning", "One fine day", "One cloudy morning", "One quiet afternoon"]

# Openings ----------------------------------------------------------------------------------
# {go} is the first sentence of the plot without its time; {When} is the time.

OPENINGS = [
    "[Once upon a time|Once upon a time|Long ago|Once|Once upon a time], there [was|lived] {a_h} {home}. {trait} {When}, {go}",
    "Once upon a time, {a_h} lived {home}. {trait} {When}, {go}",
    "There [was once|once was|once lived] {a_h} {home}. {trait} {When}, {go}",
    "{Home}, there lived {a_h}. {trait} {When}, {go}",
    "{Home} lived {a_h}. {trait} {When}, {go}",
    "{A_h} lived {home}. {trait} {When}, {go}",
    "{When}, {a_h} was {moving} {in3}. {trait} {Thatday}, {go}",
    "{When}, {a_h} [woke up early|woke up with a big smile|looked up at the sky]. {trait} That [same|very] day, {go}",
    "It was a [sunny|windy|rainy|bright|cold|warm|cloudy|quiet] day. {A_h} was {moving} {in3}. {trait} {Thatday}, {go}",
    "It was [spring|summer|autumn|winter|the first day of spring|the last day of summer]. {A_h} was {moving} {in3}. {trait} {Thatday}, {go}",
    "Every [morning|day], {a_h} {went} {to3}. {trait} {When}, {go}",
    "{Thekind} lived {home}. {trait} {When}, {go}",
    "{Thekind} was {moving} {in3}. {trait} {Thatday}, {go}",
    "This is [a story about|the story of] {a_h}. {H} lived {home}. {trait} {When}, {go}",
    "{Far} there [was|lived] {a_h}. {trait} {When}, {go}",
]
# for a hero with a name
NAMED = [
    "{name} was {a_kind} who lived {home}. {trait} {When}, {go}",
    "{thename} lived {home}. {trait} {When}, {go}",
    "{name} was {moving} {in3}. {name} was {a_kind}. {trait} {Thatday}, {go}",
    "{When}, {thename} was {moving} {in3}. {trait} {Thatday}, {go}",
    "Do you know {thename}? {He} lived {home}. {trait} {When}, {go}",
    "{name} was {a_kind}. {trait} {When}, {go}",
]
TRAITS = [
    "{He} liked to [sing|dance|play|read|paint|laugh|tell stories|help others|look at the stars|make new friends|count the clouds|collect stones|listen to the wind].",
    "{He} loved {food} [more than anything|very much|best of all].",
    "{He} was [always|often|almost always] [happy|kind|busy|cheerful|hungry|full of ideas|ready to help].",
    "{He} had a [big heart|warm smile|soft voice|loud laugh|good heart].",
    "Everyone [knew|liked|loved] {him} because {he} was so [kind|funny|gentle|cheerful|friendly].",
    "{He} dreamed of [great adventures|faraway lands|the moon and the stars|seeing the world].",
    "{He} [did not talk much|was not the fastest], but {he} was very [brave|clever|kind].",
    "", "",
]

# Plots -------------------------------------------------------------------------------------
# The first line is the clause that follows the time. Later lines are sentences in order,
# each a choice of whole lines where a list is given. Water plots and land plots share most.

PLOTS = {
"lost": [
    ["{h} [lost {his} {thing}|could not find {his} {thing}|saw that {his} {thing} was gone]."],
    ["{He} looked {spot1} and {spot2}, but it was not there.", "{He} looked everywhere, even {spot1}, but {he} could not find it.",
     "[\"Oh no! Where can it be?\"|\"Oh dear! Where is it?\"] {he} [said|cried|asked]. {He} looked {spot1}, but found nothing."],
    ["[Soon|Then|Just then], {a_f} came by. \"Why are you [so sad|sad|crying]?\" asked {f}.", "{H} sat down and began to cry. {A_f} heard {him} and [stopped|came closer]."],
    ["\"I lost my {thing},\" said {h}.", "\"My {thing} is gone,\" {h} said [softly|sadly].", "{H} told {f} about the lost {thing}."],
    ["\"[Do not worry|Do not cry|Cheer up],\" said {f}. \"[I will help you look|We will find it together|Let us look together].\""],
    ["They {went} {to2} and looked [again|very carefully|in every corner].", "So they looked together, first {spot2} and then {in2}.", "They asked everyone they met, but nobody had seen the {thing}."],
    ["At last, {f} saw something {spot3}. It was the {thing}!", "After a long time, {h} looked {spot3}. There was the {thing}!", "Then {f} [called|shouted], \"[Look|Come and look]!\" The {thing} was lying {spot3}."],
    ["{H} was so happy that {he} [laughed out loud|began to sing|danced in a circle|hugged {f}].", "\"You found it!\" {h} [cried|said]. \"Thank you, {fn}!\"", "{H} held the {thing} [close|tight] and smiled."],
],
"wish": [
    ["{h} made a wish. {He} wanted to learn how to {skill}.", "{h} wanted to [learn|know] how to {skill}.", "{h} met someone who could {skill}. {He} wished that {he} could {skill} too."],
    ["{He} tried and tried, but it was [very hard|not easy|harder than {he} thought].", "{He} tried all morning, but [nothing went right|it did not get any better]."],
    ["\"I will never learn,\" {he} [said|sighed].", "\"Maybe I am too [small|slow|silly],\" {he} [said|thought]."],
    ["{A_f} [heard {him}|saw {him}|was watching]. \"[I can teach you|I know how to {skill}|I can show you how],\" said {f}.", "Then {h} met {a_f}. \"Who can teach me to {skill}?\" {he} asked. \"I can,\" said {f}."],
    ["\"First, take a deep breath. Then try [slowly|a little at a time|once more].\"", "\"The secret is to practice a little every day,\" {f} added.", "\"Do not be afraid of mistakes,\" said {f}. \"[Everyone makes them|I made many|They help us learn].\""],
    ["Every day, {h} met {f} {in2} and practiced.", "So {h} practiced {in2} [day after day|every morning|for a whole week]."],
    ["[Little by little|Slowly], {he} got better and better.", "Some days were hard, but {h} did not give up."],
    ["[At last|One evening|In the end], {h} could {skill} [very well|better than anyone|for all {his} friends].", "Soon everyone came {to2} to see {h} {skill}."],
    ["\"You did it!\" said {f}. \"[I am proud of you|I knew you could|Well done].\"", "{H} was [proud|very proud] and thanked {f} [with all {his} heart|again and again]."],
],
"storm": [
    ["{h} {went} {to1} to [look for {food}|play|visit a friend|find {food}]."],
    ["Suddenly, the sky [grew dark|turned gray|turned black]. A [big|great|terrible] storm was coming!", "Then a strong wind began to blow, and {he} could not find the way home."],
    ["{H} was [cold and afraid|afraid|lost and afraid]. \"[Help!|Please help me!|Is anyone there?]\" {he} [called|cried]."],
    ["[Luckily|Not far away], {a_f} heard {him} and came [quickly|at once|to help].", "{A_f} was {in1} too and heard {his} voice."],
    ["\"[Come with me|Follow me|Stay close to me],\" said {f}. \"I know a [safe|warm|dry] place.\""],
    ["They {went} as fast as they could until they came to {aspot}."],
    ["There they [waited|sat close together|told each other stories] until the storm was over.", "Inside, it was [safe and quiet|dark but safe], and they [told each other stories|sang songs] to feel brave."],
    ["When the storm was over, the sun [came out|came back|was bright again].", "After a while, the wind became quiet and the sky was blue again."],
    ["\"You saved me, {fn},\" said {h}. \"[How can I thank you?|Thank you!|I will never forget it.]\"", "{F} showed {h} the way home."],
    ["\"[Friends help each other|It was nothing|Just be my friend],\" said {f} with a smile.", "The next day, {h} brought {f} some {food} to say thank you."],
],
"share": [
    ["{h} found some {food} {in1}.", "{h} had some {food} and did not want to share.", "{h} was [very happy|happy] because {he} had found some {food}."],
    ["\"[These are all for me|All of this is for me|What a fine lunch],\" {he} [said|thought].", "{He} sat down {in2} and was [about|ready] to eat."],
    ["Then {a_f} came by. {F} looked [tired and hungry|hungry|very hungry|thin and sad].", "Just then, {he} saw {a_f}. {F} had [nothing|not a thing] to eat."],
    ["\"I have not eaten [all day|since yesterday],\" said {f}.", "\"[Hello|Good day],\" said {f}. \"That looks so good.\""],
    ["{H} [thought for a moment|looked at the {food}|thought about it]. There was not very much.", "At first, {h} [did not want to share|said nothing|wanted to say no]."],
    ["Then {he} smiled and said, \"[Come and eat with me|Sit down and eat with me|We can share].\"", "But {he} felt sorry for {f}. \"Please [have|take] some,\" {he} said."],
    ["They sat together and ate until they were full.", "They shared everything and talked [for a long time|about many things|until the sun went down]."],
    ["\"It [is|tastes] better with a friend,\" said {h}.", "\"Nobody was ever so kind to me,\" said {f}.", "\"[You are very kind|You have a good heart],\" said {f}."],
    ["The next day, {f} came back with a {thing} for {h}.", "A week later, {f} found even more {food} and shared everything with {h}.", "To say thank you, {f} gave {h} a {thing}."],
],
"fear": [
    ["{h} had to {gov} {to1} alone. But {he} was afraid of [the dark|loud noises|strangers|deep water|thunder].", "{h} wanted to {gov} {to1}. But there was one problem. {He} was afraid to go alone."],
    ["\"What if something bad happens?\" {he} [thought|asked|whispered].", "{His} heart beat fast, and {he} could not move."],
    ["{A_f} [came by|saw {him}|stopped] and asked, \"[What is wrong|What is the matter|Are you afraid]?\"", "{He} met {a_f} and told {f} about {his} fear."],
    ["\"[I am so afraid|I am not brave],\" said {h}.", "{H} [looked down|was a little ashamed]. \"I am afraid,\" {he} said."],
    ["\"Everyone is afraid sometimes,\" said {f}. \"[I am too|Being brave means trying anyway|Let us go together].\"", "\"When I am afraid, I [sing a song|count to ten|think of my friends],\" said {f}. \"Then I feel better.\""],
    ["So {h} [took a deep breath|counted to ten|began to sing a little song] and took the first step."],
    ["They {went} {to1}. There was a strange noise {spot1}!", "Step by step, they {went} {to1}. Something moved {spot1}!"],
    ["But it was only {moved}. {H} [laughed|had to laugh|began to laugh].", "{H} looked again. It was only {moved}! {He} [laughed|had to laugh|smiled]."],
    ["\"See?\" said {f}. \"[You are braver than you think|There is nothing to fear|You did it].\""],
    ["After that, {h} was not afraid anymore.", "From then on, {h} {went} {to1} whenever {he} [wanted|liked]."],
],
"newfriend": [
    ["{h} felt [lonely|alone|a little lonely]. {He} had no one to play with.", "{h} wanted to find a friend."],
    ["{He} {went} {to1}, but [nobody was there|everyone was busy].", "{He} asked everyone {in1}, but they were all too busy."],
    ["Then {he} heard a [small|soft|sad|strange] sound {spot1}. It was {a_f}.", "{In2}, {he} saw {a_f} sitting all alone.", "On the way home, {he} saw {a_f} {spot1}."],
    ["\"Hello,\" said {h}. \"[Who are you|Why are you here all alone|Would you like to play]?\"", "\"Hello! [Do you want to play|Are you lonely too|Will you be my friend]?\" asked {h}."],
    ["{F} was shy [at first|and did not answer]. Then {f} smiled.", "\"I am new here,\" said {f}. \"I do not know anyone.\"", "\"I have no friends,\" said {f}."],
    ["\"Then we can be friends!\" said {h}.", "\"Come with me,\" said {h}. \"I will show you my favorite place.\""],
    ["They {went} {to2} and played [hide and seek|all day|until it was dark].", "{H} showed {f} {his} {thing}, and they played together {in2}."],
    ["They laughed [so much that they had to sit down|all afternoon|and sang silly songs].", "{F} knew many games, and {h} knew many songs."],
    ["\"This was the best day of my life,\" said {f}.", "\"Can we play again tomorrow?\" asked {f}. \"[Of course|Yes, every day]!\" said {h}."],
],
"race": [
    ["{h} heard about a big race {in1}.", "there was a big race {in1}. {H} wanted to win."],
    ["{He} practiced every day.", "\"I want to win the {thing},\" {he} said. It was the prize."],
    ["{A_f} was in the race too. {F} was [very fast|the fastest of all].", "{A_f} [laughed and said|said], \"[You will never win|I am faster than you|Nobody can beat me].\""],
    ["The race began. {H} and {f} were [side by side|far in front of the others].", "\"One, two, three, go!\" [everyone shouted|called the judge]. {F} was soon far ahead."],
    ["Suddenly, {f} [fell down|hit a stone|was hurt] and [could not go on|cried out].", "Halfway {to2}, {f} got stuck {stuck} and could not get out."],
    ["{H} [could have won|could win now]. But {he} stopped [to help|and went back].", "{H} did not think about the prize. {He} stopped to help."],
    ["\"[Why did you stop|Do you not want to win]?\" asked {f}. \"[A friend is better than a prize|You need help, and that is more important|Winning is not everything],\" said {h}.",
     "\"Hold on to me,\" said {h}. \"We will finish together.\""],
    ["They came in last, side by side, but everyone cheered for them.", "They crossed the line together, and everyone [clapped|cheered]."],
    ["{F} [said thank you|felt thankful] and gave {h} a [hug|{thing}].", "Everyone agreed that {h} had the biggest heart of all."],
],
"surprise": [
    ["{h} knew that {his} best friend, {a_f}, would [have a birthday soon|be one year older the next day]. {He} wanted to make a surprise.", "{h} wanted to make a surprise for {his} friend, {a_f}."],
    ["\"What would be a good present?\" {he} [asked|thought|wondered].", "But it had to be a secret, so {he} told [nobody|no one]."],
    ["{He} {went} {to1} and looked for a present.", "{He} worked {in1} all day long."],
    ["{Spot1}, {he} found a {thing}. It was [perfect|just right|very pretty].", "There {he} found a {thing} and cleaned it until it was bright."],
    ["{F} asked, \"What are you doing, {n}?\" \"Oh, nothing,\" said {h} and hid the {thing}.", "{F} was sad, because nobody said [a word|anything]."],
    ["{H} brought some {food} and asked all {his} friends to come {to2}.", "{H} asked all {his} friends to bring some {food} {to2}."],
    ["The next day, {f} came {to2}. \"Surprise!\" everyone [shouted|called].", "When {f} came {to2}, {h} and all the friends began to sing."],
    ["{F} could not believe it. \"For me?\" {f} asked.", "{F} was too happy to [speak|say a word]."],
    ["{H} gave {f} the {thing}. \"[I love it|It is wonderful|I will keep it forever],\" said {f}."],
    ["They ate, sang and danced until the stars came out.", "They all ate together, and it was a wonderful day."],
],
"journey": [
    ["{h} wanted to see [what was behind the hills|the end of the rainbow|the place where the sun goes down|the great white moon up close].", "{h} found an old map. It showed the way to a [hidden|great|lost] treasure."],
    ["{He} packed some {food} and said goodbye.", "{He} took {his} {thing} and some {food} and left."],
    ["First, {he} {went} {to1}. Then {he} {went} {to2}.", "{He} {went} {to1} and far beyond."],
    ["There {he} met {a_f}. \"Where are you going?\" asked {f}. \"[On a great adventure|Far away],\" said {h}. \"Come with me if you like.\"",
     "On the way, {he} met {a_f}, who was [lost|tired|all alone]. \"May I come with you?\" asked {f}. \"[Of course|Yes, please],\" said {h}. \"It is nicer to travel with a friend.\""],
    ["Together they {went} on for [three|two|many] days and nights.", "The way was long, but they [sang songs|told each other jokes] and shared the {food}."],
    ["At last, they [stopped|came to a quiet place] and looked around. It was [beautiful|the most beautiful place in the world].", "At the end of the way, they found a little box {spot1}. Inside was a [golden star|silver crown|letter from the king]."],
    ["\"[So this is it|We made it|What a wonderful sight]!\" said {f}."],
    ["Then {h} [thought of home|missed {his} home]. \"Let us go back,\" {he} said. \"[Everyone will want to hear our story|Home is the best place of all].\"", "\"The best part was going with you,\" said {h}."],
],
"work": [
    ["{h} saw that the old [bridge|wall|house|gate|path] {in1} was broken.", "there was a lot of work to do {in1}."],
    ["\"I will [fix it|do it] all by myself,\" {he} said.", "\"Someone must [do something|take care of this],\" {he} said. So {he} began."],
    ["{He} worked and worked, but it was [too hard|too much] for one alone.", "It was hard work, and soon {he} was [very tired|tired and hot]."],
    ["{A_f} [watched {him} for a while|came by]. \"[May I help you|Can I help]?\" asked {f}. \"No, thank you,\" {h} said at first. But then {he} [changed {his} mind|thought about it]. \"Yes, please!\"",
     "{H} asked {a_f}, \"[Can|Could|Will] you help me?\" \"[Of course|With pleasure|I would be glad to],\" said {f}.",
     "{A_f} [saw this|came by] and asked, \"[May I help you|Can I help]?\" \"Yes, please!\" said {h}."],
    ["{F} [carried the stones|brought a {thing}|brought some {food} for lunch], and {h} [did the rest|worked on].", "One of them held, and the other one pushed."],
    ["They sang while they worked, and [time went by quickly|the work went fast].", "Soon more friends came to help."],
    ["When the sun went down, the work was done.", "[Before long|In the end], everything was [finished|done|as good as new]."],
    ["\"[Look what we did|We are a good team]!\" said {h}.", "\"Alone I was too weak,\" said {h}, \"but together we are strong.\""],
    ["Then they sat down and ate some {food}.", "Everyone thanked {h} and {f}."],
],
"sorry": [
    ["{h} was playing with a {thing}. It belonged to {a_f}.", "{h} borrowed a {thing} from {a_f}."],
    ["{H} was not careful, and the {thing} broke.", "{H} dropped it, and it broke in two.", "But {he} forgot it {in1}, and [in the morning|later] it was gone."],
    ["{H} was afraid to tell the truth. {He} hid {spot1}.", "\"Oh no! What [shall|should] I do?\" {he} [thought|cried]."],
    ["\"[Where is|Have you seen] my {thing}?\" asked {f}.", "{F} looked for the {thing} and was very sad."],
    ["\"I do not know,\" said {h}. But {he} felt [bad|very bad] inside.", "{H} said nothing, but {his} heart was heavy."],
    ["That night, {h} could not sleep. In the morning, {he} {went} to {f}.", "At last, {h} could not keep the secret any longer."],
    ["\"I am sorry,\" {he} said. \"[It was my fault|I did it|I was not careful].\"", "\"I have to tell you the truth,\" {he} said. \"It was me. I am so sorry.\""],
    ["{F} was angry [at first|for a moment]. Then {f} smiled.", "{F} was quiet for a while. Then {f} [smiled|nodded]."],
    ["\"Thank you for telling me,\" said {f}. \"[A friend is worth more than a {thing}|It was brave of you|I forgive you].\""],
    ["Together they made a new {thing}. It was even better than the old one.", "{H} gave {f} some {food}, and they were friends again.", "{H} worked hard and got {f} a new {thing}."],
],
"rescue": [
    ["{h} heard a cry for help {in1}.", "{h} was on the way {to1}. Suddenly {he} heard a cry."],
    ["It was {a_f}. {F} was stuck {stuck} and could not get out.", "{A_f} was in trouble. {F} was caught in [a net|an old net]."],
    ["\"[Please help me|Help me, please]!\" said {f}.", "\"I have been here all night,\" said {f} in a weak voice."],
    ["{H} pulled [with all {his} strength|as hard as {he} could], but it did not work.", "{H} was [all alone|afraid too], but {he} did not run away."],
    ["Then {he} had an idea. {He} used {his} {thing}.", "\"I need a {thing},\" {he} thought. Luckily, {he} found one {spot2}."],
    ["{He} pulled and pushed, and at last {f} was free!", "It took a long time, but in the end {f} was free."],
    ["\"You saved my life,\" said {f}. \"[One day I will help you|I will never forget it].\"", "\"Thank you, {n}!\" said {f}. \"[You are a hero|You are so brave]!\""],
    ["A few days later, {h} [was in trouble too|got lost {in2}]. And who came to help? It was {f}!", "\"Anyone would do the same,\" said {h}, but {he} was proud."],
    ["{F} gave {him} some {food}, and they ate together.", "The two of them {went} {to2} and [rested|talked for a long time]."],
],
"garden": [
    ["{h} found a tiny seed {in1}.", "{h} was given a tiny seed."],
    ["{He} planted it and gave it water every day.", "\"I will take good care of you,\" {he} told the seed and put it in the ground."],
    ["But day after day, nothing [happened|came up]. {H} grew [sad|impatient].", "{He} waited and waited, but nothing grew."],
    ["{A_f} laughed. \"It is only a stone,\" said {f}. But {h} did not give up.",
     "{A_f} came by. \"What are you waiting for?\" asked {f}. \"For my seed to grow,\" said {h}. \"Be patient,\" said {f}. \"Good things need time.\""],
    ["So {h} waited. {He} even [sang to the seed|told the seed stories] every evening.", "{H} gave the seed [more water|a little water every morning] and waited."],
    ["[Then, one morning|After the rain], there was a small green leaf!", "And one day, a little green plant was there."],
    ["It grew and grew until it was taller than {h}.", "Soon it had a big [yellow|red|blue|white] flower."],
    ["{F} came to look. \"It is beautiful,\" said {f}. \"You were right to wait.\"", "Everyone came to see it, and {f} came first of all."],
    ["{H} gave the new seeds to {f} and all {his} friends.", "\"Next year we can plant more together,\" said {h}."],
],
"secret": [
    ["{h} found a [strange box|big egg|small door] {spot1}.", "{h} saw a light {spot1}. It [was very bright|was blue and green|went on and off]."],
    ["{He} looked at it [for a long time|from all sides]. \"What can it be?\" {he} [asked|wondered|thought].", "\"How strange!\" {he} said. {He} had never seen anything like it."],
    ["{He} called {a_f} to [come and see|look at it too].", "{He} hurried to tell {a_f} about it."],
    ["\"[Be careful|Do not touch it],\" said {f}. \"[It may be dangerous|We do not know what it is].\"", "\"[I know what it is|I have heard of it],\" {f} whispered. \"It is magic!\""],
    ["They waited {in1} until it was evening.", "Slowly, {h} went closer and [touched it|looked at it again]."],
    ["Suddenly, there was a soft song, and a {thing} was lying in front of them. \"What shall we do with it?\" asked {f}. \"We will [share it|keep it together],\" said {h}. \"It belongs to both of us.\"",
     "Then they heard a tiny voice. \"You may have one wish,\" it said. {H} thought [for a while|hard]. \"[I wish that everyone {in2} could be happy|I wish for a friend like {f}, forever],\" {he} said."],
    ["And so it was. But {h} and {f} never told anyone their secret.", "It was their secret, and they kept it forever."],
],
"contest": [
    ["the friends {in1} [had a singing contest|had a baking contest|had a drawing contest]. {H} wanted to [be|come] first."],
    ["{He} practiced until {he} was [tired|very good].", "But {he} was [nervous|shy] and {his} hands shook."],
    ["{A_f} wanted to win too. {F} [was very good|had practiced for a year].", "\"You can do it,\" said {a_f}. \"Just be yourself.\""],
    ["When it was {h}'s turn, everyone [became quiet|looked at {him}].", "{F} went first, and everyone clapped. Then it was {h}'s turn."],
    ["At first, {h} [made a mistake|forgot what to do]. But then {he} [thought of {his} home|looked at {f}|smiled] and tried again."],
    ["It was so [good|beautiful] that nobody said a word.", "Everyone [listened|watched] with big eyes."],
    ["\"The winner is {full}!\" [said|called] the judge. The prize was a {thing}.", "The judge could not choose. \"Both of you win!\" said the judge."],
    ["{F} [came over|smiled] and said, \"You were [great|the best], {n}.\"", "{H} turned to {f}. \"You were wonderful too,\" {he} said."],
    ["{H} shared the prize with {f}.", "They ate some {food} to celebrate."],
],
}
# Steps that a story can do without, counted from 0 in the lists above.
OPTIONAL = {"lost": [1, 5], "wish": [2, 6], "storm": [6, 9], "share": [1, 7], "fear": [1, 8, 9], "newfriend": [1, 7],
            "race": [1, 8], "surprise": [1, 4, 9], "journey": [4], "work": [5, 6, 8], "sorry": [4, 7],
            "rescue": [2, 3, 8], "garden": [6, 8], "secret": [1, 3, 4], "contest": [1, 4, 8]}

MORALS = {
    "lost": ["it is good to ask for help", "two friends can find more than one"],
    "wish": ["it is good to keep trying", "practice makes hard things easy"],
    "storm": ["a friend makes the dark less scary", "there is always light after a storm"],
    "share": ["sharing makes everything taste better", "it feels good to share"],
    "fear": ["it is easier to be brave with a friend", "being brave means trying"],
    "newfriend": ["a friend can be found anywhere", "a kind word can open a heart"],
    "race": ["helping is better than winning", "a good friend is the best prize"],
    "surprise": ["giving is as nice as getting", "a little gift can bring great joy"],
    "journey": ["every journey is better with a friend", "it is good to come home"],
    "work": ["work is easier together", "it is good to accept help"],
    "sorry": ["it is always best to tell the truth", "a true friend can forgive"],
    "rescue": ["kindness always comes back", "even a small act can be a great help"],
    "garden": ["good things need time", "it is good to be patient"],
    "secret": ["a shared secret is a treasure", "the best wishes are for others"],
    "contest": ["it is more fun to share the joy", "a mistake is not the end"],
}
ENDINGS = [
    "From that day on, {h} and {f} were [best|good|great] friends.",
    "After that, {h} and {f} [met every day|were always together|did everything together].",
    "{H} {went} home with a [happy|light|warm] heart.",
    "That night, {h} [slept very well|fell asleep with a smile|dreamed of new adventures].",
    "{H} {went} home and told everyone [what had happened|the whole story].",
    "And they [all|both] lived happily ever after.",
    "{H} had learned that {moral}.", "Now {h} knew that {moral}.", "And {h} always remembered that {moral}.",
    "{H} had learned that {moral}. From that day on, {he} and {f} were [best|good] friends.",
    "That evening, {h} looked up at the [stars|moon] and [was happy|smiled].",
    "And whenever {h} thought of that day, {he} smiled.",
    "It was a day that {h} never forgot.",
]

# What a world has to offer; the hero's kind decides in which one a story plays.
WORLDS = {
    "land": dict(went=["went", "went", "walked"], gov="go", moving=["walking", "playing", "resting"], home=LAND_HOMES),
    "air": dict(went=["went", "flew"], gov=["go", "fly"], moving=["flying", "playing", "resting"], home=LAND_HOMES),
    "town": dict(went=["went", "went", "walked"], gov="go", moving=["walking", "playing", "resting", "working"], home=TOWN_HOMES),
    "sea": dict(went="swam", gov=["swim", "go"], moving=["swimming", "playing", "resting"], home=SEA_HOMES),
}
ON_LAND = dict(food=LAND_FOODS, far=["High on a hill,", "Deep in the forest,", "Far away by the sea,", "In a land far away,"],
               moved=["a leaf in the wind", "an old hat on a stick", "a branch in the wind"],
               stuck=["between two rocks", "in a deep hole", "under a heavy branch", "in the mud"],
               aspot=["a small cave", "a hollow tree", "an old hut", "a warm barn"])
IN_SEA = dict(food=SEA_FOODS, far=["Deep under the waves,", "Far out at sea,", "Under the bright blue water,"],
              moved=["a bit of sea grass", "a shadow", "a leaf in the water"],
              stuck=["between two rocks", "in an old net", "under a heavy stone", "inside an old barrel"],
              aspot=["a small cave", "a quiet place under a rock", "an old ship"])
DRY_PLOTS = ["work", "garden"]                  # these make no sense under water
THINGS = {                                      # where the plot asks more of a thing
    "sorry": ("wooden boat/little drum/music box/tin whistle/toy train/small lantern/pocket watch/blue kite".split("/"),
              "pink shell/glass bead/green bottle/little anchor/small bell".split("/")),
    "rescue": ("long rope/strong stick/wooden spoon/silver spoon/yellow umbrella/iron bar".split("/"),
               "long rope/strong stick/silver spoon/little anchor".split("/")),
}
FEMALE = ["hen", "cow", "mermaid"]
NEVER_OLD = "girl boy kitten puppy lamb princess prince pony".split()
SKILLS = ["sing", "dance", "paint", "whistle", "juggle", "draw", "tell jokes"]
PRONOUNS = {"f": ("she", "her", "her"), "m": ("he", "him", "his")}


def a(noun):
    """The noun behind its article."""
    return ("an " if noun[0] in "aeiou" and not noun.startswith("uni") else "a ") + noun


def world_of(kind):
    return "sea" if kind in SEA else "air" if kind in AIR else "town" if kind in PEOPLE else "land"


class Someone:
    """One character: kind, gender, perhaps a name and an adjective."""

    def __init__(self, rng, kind, named):
        self.kind = kind
        self.gender = PEOPLE.get(kind) or ("f" if kind in FEMALE else rng.choice("fm"))
        self.name = rng.choice(GIRLS if self.gender == "f" else BOYS) if rng.random() < named else None
        self.adjective = rng.choice([x for x in ADJECTIVES if x != "old" or kind not in NEVER_OLD]) if rng.random() < 0.6 else None

    def a_kind(self):
        return a(f"{self.adjective} {self.kind}" if self.adjective else self.kind)

    def full_name(self):
        """Finn the fox, but not Lily the girl."""
        return self.name if self.kind in ("girl", "boy", "man", "woman") else f"{self.name} the {self.kind}"

    def words(self, p):
        """The table's entries for this character, each key behind the prefix p."""
        he, him, his = PRONOUNS[self.gender]
        the = "the " + self.kind
        introduced = self.a_kind() + (f" named {self.name}" if self.name else "")
        mention = [self.name] * 5 + [the] if self.name else the
        return {p or "h": mention, "a_" + (p or "h"): introduced, p + "n": self.name or "my friend",
                p + "he": he, p + "him": him, p + "his": his}


class Story:
    def __init__(self, rng):
        self.rng = rng
        self.hero, self.helper = self.cast()
        wet = self.hero.kind in SEA
        self.plot = rng.choice([p for p in PLOTS if not (wet and p in DRY_PLOTS)])
        spots = rng.sample(SEA_SPOTS if wet else LAND_SPOTS, 3)
        places = rng.sample(SEA_PLACES if wet else LAND_PLACES, 3)
        things = THINGS[self.plot][wet] if self.plot in THINGS else SEA_THINGS if wet else LAND_THINGS
        self.thing, self.place = rng.choice(things), places[0][0]
        self.words = {**WORLDS[world_of(self.hero.kind)], **(IN_SEA if wet else ON_LAND),
                      **self.hero.words(""), **self.helper.words("f"),
                      "name": self.hero.name, "full": self.hero.name or "the " + self.hero.kind,
                      "thename": self.hero.full_name(), "a_kind": self.hero.a_kind(),
                      "thekind": "the " + (self.hero.adjective + " " if self.hero.adjective else "") + self.hero.kind,
                      "thing": self.thing, "a_thing": a(self.thing), "skill": rng.choice(SKILLS),
                      "trait": TRAITS, "when": TIMES, "moral": MORALS[self.plot],
                      "thatday": ["That day", "That morning", "That day", "On that day"]}
        for k in ("food", "moved", "stuck", "aspot", "home"):       # one choice for the whole story
            self.words[k] = rng.choice(self.words[k])
        for i, (place, spot) in enumerate(zip(places, spots), 1):
            self.words.update({f"in{i}": place[0], f"to{i}": place[1], f"spot{i}": spot})
        self.text = self.tell()

    def cast(self):
        """A hero, and a helper of another kind. Only the hero is ever "he" or "she", so that is never in doubt."""
        rng = self.rng
        if rng.random() < 0.35:
            kind = rng.choice(["girl", "boy"]) if rng.random() < 0.5 else rng.choice(list(PEOPLE))
        else:
            kind = rng.choice(LAND + AIR + SEA)
        if kind in SEA:
            kinds = SEA
        elif rng.random() < (0.5 if kind in PEOPLE else 0.2):
            kinds = list(PEOPLE)
        else:
            kinds = LAND + AIR
        helper = rng.choice([k for k in kinds if k != kind])
        named = 0.85 if kind in ("girl", "boy") else 0.6
        hero, friend = Someone(rng, kind, named), Someone(rng, helper, 0.25)
        if friend.name == hero.name:
            friend.name = None
        return hero, friend

    def fill(self, template):
        """Every choice made and every word put in."""
        def choice(m):
            return self.rng.choice(m[1].split("|"))

        def word(m):
            value = self.words[m[1].lower()]
            value = self.rng.choice(value) if isinstance(value, list) else value
            return value[0].upper() + value[1:] if m[1][0].isupper() and value else value

        while "[" in template or "{" in template:
            template = re.sub(r"\[([^\[\]]*)\]", choice, template)
            template = re.sub(r"\ba \{thing\}", "{a_thing}", template)
            template = re.sub(r"\{(\w+)\}", word, template)
        return " ".join(template.split())

    def tell(self):
        first, *steps = PLOTS[self.plot]
        go = self.rng.choice(first)
        named = self.hero.name and self.rng.random() < 0.3
        opening = self.rng.choice(NAMED if named else [o for o in OPENINGS if not (self.hero.name and "{Thekind}" in o)])
        if not self.hero.name and self.rng.random() < 0.1:
            opening = self.rng.choice([o for o in OPENINGS if "{Thekind}" in o])
        skipped = [i for i in OPTIONAL[self.plot] if self.rng.random() < 0.6]
        told = [self.rng.choice(step) for i, step in enumerate(steps, 1) if i not in skipped]
        lines = [opening.replace("{go}", go)] + told + [self.rng.choice(ENDINGS)]
        if self.rng.random() < 0.08:
            lines.append("The end.")
        return self.fill(" ".join(lines))


# Requests ----------------------------------------------------------------------------------

ASKING = ["Tell me a story about {x}"] * 12 + [
    "tell me a story about {x}", "Tell me a short story about {x}", "Tell me about {x}", "Tell a story about {x}",
    "Please tell me a story about {x}", "Please write a story about {x}", "Write a story about {x}",
    "Write a short story about {x}", "Write me a story about {x}", "I want a story about {x}",
    "I would like to hear a story about {x}", "A story about {x}", "a story about {x}", "A story about {x}, please",
    "Make up a story about {x}", "Give me a story about {x}", "Can you tell me a story about {x}?",
    "Could you write a story about {x}?", "Will you tell me a story about {x}?", "Do you know a story about {x}?",
    "Can you write a story about {x}?", "Tell me another story about {x}", "Now tell me a story about {x}", "{x}"]
SYSTEM = ["You are a friendly storyteller.", "You are a helpful assistant.", "You tell short stories for children.",
          "You are a kind grandmother who tells stories.", "Tell short and happy stories.", "Answer with a story.",
          "Be brief.", "You are a storyteller. Use simple words."]


def request(story):
    """What one might have asked to be told this story; the runner puts [INST] around it."""
    rng, hero = story.rng, story.hero
    kind = hero.a_kind() if rng.random() < 0.25 else a(hero.kind)
    x = kind
    if hero.name:
        x = rng.choice([kind, kind, f"{kind} named {hero.name}", f"{kind} named {hero.name}", hero.full_name(),
                        hero.name, f"{kind} called {hero.name}"])
    extras = [e for e, told in ((f" and {a(story.helper.kind)}", True), (" " + story.place, story.place in story.text),
                                (f" and {a(story.thing)}", story.thing in story.text)) if told]
    if rng.random() < 0.2:
        x += rng.choice(extras)
    ask = rng.choice(ASKING).replace("{x}", x)
    if rng.random() < 0.03:
        ask = rng.choice(["Tell me a story", "Tell me a story", "Write a story", "Tell me a short story", "Can you tell me a story?"])
    return ask if ask[-1] == "?" or rng.random() < 0.6 else ask + "."


def stories(count, seed):
    """count different stories; the same seed gives the same ones."""
    seen = set()
    for i in range(count * 2):
        story = Story(random.Random(f"{seed} {i}"))
        if 60 <= len(story.text.split()) <= MAX_WORDS and story.text not in seen:
            seen.add(story.text)
            yield story
            if len(seen) == count:
                return


MAX_WORDS = 119     # so that a request and its answer fit into 256 tokens

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, help="how many stories")
    parser.add_argument("--held-out", action="store_true", help="the stories kept from training")
    parser.add_argument("--chat", action="store_true", help="a request and a tab before each story")
    args = parser.parse_args()
    for story in stories(args.count or (1000 if args.held_out else 120000), "held out" if args.held_out else "train"):
        print(request(story) + "\t" + story.text if args.chat else story.text)
