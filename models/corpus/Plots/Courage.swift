// Fears, and what becomes of them.

let courage = [
  // Any fear: nobody is afraid of nothing.
  Plot(
    """
    fits = all
    who = who is afraid of {fear} | who was afraid of {fear} | who is scared of {fear}
    about = being afraid | being brave | bravery | being afraid of {fear} | courage | courage | fear | somebody who is afraid of {fear}
    fear = @fears
    fear2 = @fears
    {Hero} was afraid of {fear}. [Nobody knew it|It was a secret|Everybody knew it|{He} did not like to talk about it].
    | There was one thing that {hero} did not like at all: {fear}. [Oh no|Oh dear]!
    | "I am not afraid of anything," {hero} always said. But it was not true. {He} was afraid of {fear}.
    {When}, {friend} said, "[Will you come {to place} with me|Let us go {to place}.]?" "[No|No, thank you|I cannot]," {said hero}. "[There may be {fear}|I think there will be {fear}]."
    | {When}, {he} was {in place}, and all {he} could think of was {fear}. {Friend} saw it. "{Hello friend} What is wrong?" "Nothing," {said hero}.
    "[Are you afraid of {fear}|So that is it, {fear}.]?" {asked friend}. {Hero} [nodded.|looked at the ground.|whispered, "Yes."]
    "I will tell you a secret," {said friend}. "I am afraid of {fear2}." "[You|Really|Of {fear2}]?" asked {hero}. [{He} could not believe it.|That made {him} feel much better.]
    | "Everyone is afraid of something," {said friend}. "[So am I, of {fear2}|For me it is {fear2}]." "Of {fear2}?" asked {hero}. "[Really|Oh, I never thought that]!" And they both had to smile.
    either
    So they made a deal. When {hero} was afraid of {fear}, {friend} stayed close. When {friend} was afraid of {fear2}, it was the other way around.
    [It did not take away the fear|They were still a little afraid]. But now it was [only half as big|a small fear, no bigger than a pea].
    or
    "[What helps you|What do you do then|And what do you do]?" asked {hero}. "I [sing, or I count to three|count to three, or I sing]," {said friend}.
    {Hero} tried it. "[One, two, three|La la la]," {he} [said|began], and {his} heart beat a little more slowly.
    Then {he} went on, [a little and a little more|bit by bit|one bit more]. "[Look|See]!" {he} called. "[I am afraid of {fear}, and I am doing it anyway|I am here, and I am still me]!"
    or
    "Close your eyes," {said friend}. "Now think of {fear}, but with [a funny hat|pink ears|a red nose]." {Hero} [tried|closed {his} eyes]. First {he} smiled. Then {he} laughed out loud.
    ? From then on, whenever {he} thought of {fear}, there was that [silly|funny] picture, and the fear had to go.
    then
    "[You are brave|That was brave]," {said friend}. "Who is not afraid cannot be brave."
    | "I am [still a little afraid|not so afraid anymore]," {said hero}. "[But only a little|And that is all right]."
    | And on that day, {hero} grew [a little|an inch], at least on the inside.
    """),

  // Afraid of animals, and then one of them comes.
  Plot(
    """
    fits = dry
    who = who is afraid of {beasts} | who was afraid of {beasts} | who is scared of {beasts}
    about = being afraid of {beasts} | a fear of {beasts}
    beasts, beast = dogs / dog | spiders / spider | mice / mouse | bees / bee | snakes / snake | geese / goose | frogs / frog | wolves / wolf | cats / cat | bats / bat | crabs / crab | horses / horse | owls / owl | beetles / beetle | cows / cow
    {Hero} was afraid of {beasts}. [Big ones, small ones, all of them|Even a picture of one was too much|Even small ones].
    | "[I like all animals|I like everybody]," {hero} [used to say|always said|would say], "but not {beasts}." {He} was afraid of them.
    {When}, {he} {went} {to place}, and there, [right in the middle of the path|in the grass|not far away], sat {an beast}!
    | {When}, {he} opened the door. In front of it sat {an beast} and looked at {him}.
    ? {Hero} [stood as still as a stone|could not move|wanted to run, but {his} legs would not]. The {beast} did not move either.
    ? {He} counted to ten. {He} counted to twenty. Nothing happened.
    "[Are you going to bite me|Do you want to eat me|Do you bite]?" {he} asked [in a very small voice|at last|softly].
    "[No|Oh no|Goodness, no]!" said the {beast}. "[I am afraid of YOU|I thought that YOU would bite me|I am more afraid than you]!"
    | The {beast} [jumped|shook]. "[Please|Oh], do not [hurt me|come any closer|bite me]!" it said.
    "[You are afraid of me|Afraid of me|Are you afraid too]?" asked {hero}. "[Nobody was ever afraid of me|I am only me|I never hurt anybody]!"
    "[Look|See here]," said the {beast}. "[There is a splinter in my side|I have a splinter in my back|Something is in my back, and it hurts]. [Could you|Would you] [pull it out|help me]?"
    | "I [lost my way|am looking for my brother]," said the {beast}. "[And everybody runs away from me|Nobody will talk to me]."
    {Hero} took a deep breath. [Slowly|Carefully|Step by step], {he} came closer, and {he} helped.
    | {Hero} [was still afraid|shook a little], but {he} [helped all the same|went and helped].
    "[Thank you|Oh, thank you]," said the {beast}. "[You are the first one who did not run|You are so kind|That was brave of you]."
    | They talked [until lunch|for an hour], about [this and that|{beasts} and other things], and it was nice.
    Since that day, {hero} says hello to all {beasts}. [Most of them|Some of them] say hello too.
    | "[{Beasts} are not so bad. One of them is my friend|I know {an beast}. It said that I was kind|I know {an beast}, and it is my friend]," {he} told everyone at home.
    """),

  // The dark.
  Plot(
    """
    tags = night
    friendnature = wise | old | kind | friendly
    who = who is afraid of the dark | who was afraid of the dark | who does not like the dark | who is scared of the dark
    about = being afraid of the dark | the dark | a dark night
    {Hero} was afraid of the dark. Every evening [it was the same|{he} put all the pillows on {his} head|{he} left a light on].
    | When the sun went down, {hero} [pulled the blanket over {his} head|wanted to hide]. {He} did not like the dark.
    | {Hero} was not afraid of [much|many things], but {he} did not like the dark [at all|one bit].
    ? "[Who turns off the day|Why can it not be day all the time|Where does the light go]?" {he} asked.
    "[Come outside with me|Come with me|Let us go outside]," {said friend} one night. "[I want to show you something|There is something you should see]." "[Now? In the dark|Out there]?" asked {hero}.
    | "[Put on your coat|Come along|Get up]," {said friend} one evening, when it was almost black outside. "We are going out." "[Out there|Now|In the dark]?" asked {hero}.
    {Friend} [took {him} by the hand|stayed very close], and they {went} {to place}. [Everything was black.|It was as black as night can be.]
    | [Hand in hand|Side by side] they {went} {to place}. [{Hero} could hear {his} own heart.|There was no lamp, no window, nothing.]
    "[I cannot see anything|It is so dark|I want to go home]," whispered {hero}. "[Wait|Give your eyes a little time]," {said friend}.
    ? They waited. And slowly the dark became soft and blue. There was a tree. There was a path.
    "Now look up," {said friend}. {Hero} looked up, and [forgot to be afraid|{his} mouth fell open]. [A thousand stars|So many stars]! {He} had never seen them, because {he} always hid.
    | Then a little light [went on|danced by], and [one more|another|ten more]. "Fireflies," {said friend}. "[They only come when it is dark|You never see them by day|They are the lamps of the night]."
    [And listen|Listen|Can you hear it?]! [A cricket was singing|An owl called|The grass rustled]. "[The night is only the day with its eyes closed|The dark is the blanket of the world|Without the dark there are no stars]," {said friend}.
    ? {Hero} [counted them until {he} fell asleep in the grass|did not want to go in again|stayed up much too long].
    The next evening, {he} said to the dark, "[Hello, you|Good evening|Come in]." And the dark was [very quiet and polite|as soft as a cat].
    | [Now, when the sun goes down|When night comes|Every evening now], {hero} opens the window. "[There you are|Good evening, dark]," {he} says.
    """),

  // A noise in the night.
  Plot(
    """
    fits = land town air
    tags = night
    who = who heard a strange noise | and a strange noise | who heard something in the night
    about = a strange noise in the night | a monster under the bed | a noise
    noise, cause, mend = Tap, tap, tap / a branch that knocked on the window / tied it back with a string | Drip, drop, drip / a little hole in the roof / put a bucket under it | Creak, creak / a door that moved in the wind / shut it | Rumble, rumble / an empty stomach / made a big pot of soup | Scratch, scratch / a hungry kitten at the door / gave it some warm milk | Clap, clap / a shutter that was loose / closed it | Hoo, hoo / the wind in an empty bottle / put it away | Snore, snore / an old dog asleep under the stairs / gave it a blanket
    {noise}! {Hero} sat up in bed. What was that?
    | It was the middle of the night, and {hero} could not sleep. {noise}! There it was again.
    | "{noise}!" it went, just when {hero} was almost asleep.
    {He} [held {his} breath|listened|pulled up the blanket]. {noise}! [It came from outside|It was very near|It came from below].
    "[It is a ghost|It must be a monster]," {he} thought. "[A hungry one|With seven toes on each foot|A very big one]."
    {He} [ran|tiptoed|hurried] [to {friend}, who lived next door|next door, to {friend}|over to {friend}]. "[Wake up|Wake up, please]! [There is a monster in my house|I heard a monster|There is something in my house]!"
    "{Hello friend} [At this hour|What does it say|Does it have a name]?" {asked friend}. "It says: {noise}," {said hero}.
    | "[Monsters do not scare me|I always wanted to meet a monster]," {said friend}, and [got out of bed|took a broom|put on a coat].
    [They tiptoed back|Back they went|They went to look], [very close together|one behind the other|side by side]. {noise}! "[After you|You go first]," {said friend}. "[No, after you|No, you]," {said hero}.
    Then {hero} [counted to three|took all {his} courage|held {his} breath] and looked. [It was|And what was it? It was|It was only] {cause}!
    | "[Now|One, two, three]!" {said hero}, [and they looked|and looked]. [It was|What was it? Only] {cause}!
    They laughed until [they had to sit down|their tummies hurt|they cried]. [Then|And then|At last] they {mend}.
    "[So that was the monster|What a small monster|That is not much of a monster]!" {said friend}.
    [Now it was quiet|Now the house was still]. "[Will you stay a little|Would you like some tea]?" asked {hero}. "[Only in case of robbers|Just to be sure]," {said friend}.
    | Then everybody slept, [and the night was very still|until the sun came up|and it was a good night].
    """),

  // Thunder.
  Plot(
    """
    fits = dry
    who = who is afraid of thunder | in a big storm | who was caught in a storm | and the storm
    about = a storm | thunder and lightning | a big storm
    shelter = small cave | hollow tree | hut | barn | shed
    {When}, {hero} was {in place} when the sky turned [gray|black|as dark as night].
    | A storm was coming! {Hero} [felt|saw] it first: the [birds|leaves] were very still.
    [Boom|Crash|Bang]! went the thunder. {Hero} [jumped|shook|closed {his} eyes]. {He} was far from home.
    | [A flash! And then: BOOM!|The sky lit up. BOOM!|BOOM! The ground shook.] "[Help|Mama]!" cried {hero}, [but the wind was louder|and began to run|and shook].
    "Over here! [Quick|In here|Come in]!" called {friend} from {a shelter}.
    | {He} ran [through the rain|over the wet grass|as fast as {he} could] to {a shelter}. [Somebody was there already|Somebody sat there already|Inside sat somebody]: {friend}, [shaking too|wet from head to toe].
    Inside the {shelter} it was [dark and dry|small but dry|warm]. They sat [close together|side by side].
    [BOOM|Crash|Boom, boom]! "[The sky is angry|Is it angry with us?|It wants to get us]," whispered {hero}. "[No|Oh no|Not at all], [the sky|it] is only [moving its furniture|playing the drums|rolling its big barrels]," {said friend}.
    "Let us count," {said friend}, "from the flash to the boom." One, two, three. BOOM! Then: one, two, three, four, five, six. Boom. "You see? It is going away."
    | {Friend} began to sing. {Hero} sang too, [first softly and then as loud as the thunder|louder and louder|until it was fun]. [It was a good song for a storm.|They made up new words: "Boom, boom, give us room!"]
    [At last|After a while] the rain [stopped|went drip, drip, and no more|went away]. The world [smelled new|was shiny and clean|looked like new].
    ? "[Look|See]!" {said hero}. [Over the hills|Above the trees|Far away] stood a [rainbow|strip of blue sky].
    ? They shared some {food}, [because being afraid makes hungry|and it was the best lunch of the year].
    "[Shall we do it again|Next storm, same place|Will you come back for the next storm]?" {asked friend}. "[Yes|Oh yes|Gladly], [and I will not be so afraid|if you are there|but not tomorrow]," {said hero}.
    """),

  // The first day.
  Plot(
    """
    fits = bodies
    who = who goes to school for the first time | who is new at school | who is afraid of school | on the first day of school
    about = the first day of school | being new | school
    when = On the first day of school | On Monday morning | When the summer was over
    hero = girl: she | boy: he | girl: she | boy: he | girl: she | boy: he | mouse | rabbit | bear | fox | hedgehog | elephant | dragon | robot | owl | troll | ghost
    parent = mother | father | grandmother | grandfather | big sister | aunt
    {When}, {hero} had [cold feet|a lump in the throat|a strange tummy]. [It was time to go to school|Today school began|School was about to begin].
    | "[I am not going|I feel sick|My shoes do not want to go to school]," said {hero} [to the mirror|at breakfast|under the blanket].
    "[What if nobody likes me|What if I forget my name|What if I sit on the wrong chair|What if I do not know anything]?" {he} asked {his} {parent}.
    "Then you [come home, and we eat pancakes|ask somebody|smile]," said {his} {parent}. "[And tomorrow you try again|Smiles always work|Nobody knows everything on the first day]."
    {Hero} [went in very slowly|stood at the gate for a long time|held on to the gate]. [There were so many new faces|It was so loud inside|The stairs were so high].
    [In the last row was an empty seat|There was one empty seat|One seat was still free], [next to|beside] {friend}. "[Is this seat free|May I sit here|Is somebody sitting here]?" asked {hero}. [It came out as a whisper|{His} voice shook a little].
    | Only one chair was free, beside {friend}. "[Is this seat free|May I sit here]?" asked {hero}, and {his} voice was no louder than a mouse.
    {Friend} [moved over|nodded]. "[I am new too|I was so afraid that I put my shoes on the wrong feet|I thought that nobody would sit here]," {said friend}.
    ? {Hero} looked down. [{He} had put on two different socks|One sock was blue and one was green|{He} still had {his} slippers on]. They looked at each other, and they [giggled|laughed|could not stop laughing].
    ? [Then|Soon] the teacher [asked|wanted to know], "[Who can tell us a story|Who knows a song|How much is two and two]?" {Hero} [knew it|knew what to say]. [Slowly {his} hand went up|Up went {his} hand|{He} put up {his} hand], [higher and higher|and everybody listened|as high as it could go].
    ? At lunch they shared {food}. [Half for you, half for me|It tasted like the beginning of something].
    "[And|Well]? How was it?" asked {his} {parent} in the evening. "[Is it tomorrow yet?|Can I go again tomorrow?|I have a friend]," said {hero}.
    | When the bell rang, {hero} did not want to go home. "[So soon|Already]?" {he} asked.
    """),

  // On the stage.
  Plot(
    """
    fits = dry
    who = who is shy | who has to sing in front of everybody | who is afraid to sing | and the singing contest
    about = being shy | a contest | a song | stage fright
    act, doing = sing / singing | dance / dancing | tell a story / story | play the flute / playing | read a poem / reading | whistle / whistling
    prize = @prizes
    {When}, there was a [contest|party|show] for {a prize} {in place}, and {hero} [had to|was going to] {act} [in front of everybody|for all to see].
    | {Hero} could {act} [better than anybody|so well that the birds listened], but only when nobody was there. [Now|{When},] there was a contest for {a prize} {in place}.
    {He} had practiced [in the bath|in the cellar|under the blanket]. But now {his} knees were like pudding.
    | "[They will all look at me|I want to go home|What if they laugh?]," {he} [said|thought].
    "{Hello friend} [Are you next|You look pale.|Why are you hiding]?" {asked friend} [behind the curtain|softly].
    "[I forgot everything|My head is empty|I cannot do it]," whispered {hero}. "[Look only at me|Just do it for me|Look at my silly hat]," {said friend}. "I will [sit in the first row|be right in front]."
    [{His} name was called|Then came {his} name|Somebody called {his} name]. {He} took [three steps|one step|a step or two] forward. [A hundred|So many|All the] eyes looked at {him}.
    | "Next, please!" {He} [went out into the light|came out|took a step]. [All those eyes|So many faces|Oh, so many eyes]!
    ? {He} [opened {his} mouth|wanted to begin]. [Nothing came out|There was nothing] but a [squeak|hiccup|small cough].
    Then {he} saw {friend}, [making a funny face|waving with both arms|smiling from ear to ear]. {Hero} smiled back and began.
    | But [there|there, right in front|in the first row] sat {friend}, [making a funny face|waving with both arms|smiling from ear to ear]. And {hero} began.
    First it was [soft|shaky]. Then {he} forgot [all the eyes|where {he} was|to be afraid].
    | It began [small|slowly], but [soon|then] [there was nothing in the world but the {doing}|{he} thought only of the {doing}|it got better and better].
    ? When it was over, [they all clapped and stamped.|everybody cheered.|everybody shouted, "More!"]
    either
    The {prize} went to {hero}. "[Half of it is yours|You won it with me]," {he} told {friend}.
    or
    The {prize} went to {other}, but {hero} did not mind at all. "[I won something too|I was not afraid at the end]," {he} said.
    then
    "[When is the next one|May I do it again]?" asked {hero}. [And everybody laughed|{Friend} only smiled].
    | And [in the bath|at home in the bath] {he} still does it best.
    """),

  // Jumping into the water, climbing: the small step.
  Plot(
    """
    fits = dry
    who = who is afraid of {fear} | who learns to be brave | who did not dare to {dare}
    about = learning to {dare} | daring to {dare}
    fear, dare, done = deep water / jump into the lake / in the water | high places / climb the tall tree / at the top | high bridges / cross the high bridge / on the other side | the big slide / go down the big slide / at the bottom | steep hills / ride down the steep hill / at the bottom | the old cave / go into the old cave / inside | cold water / wade through the cold stream / on the other side
    {Hero} wanted to {dare}, like [all the others|everybody else|{his} friends]. But {he} was afraid of {fear}.
    | [All the others|All the little ones] could {dare}. Only {hero} [watched|looked at {his} toes]. {He} was afraid of {fear}.
    ? "[Come on|It is easy|It is fun]!" [they|the others] called. "[Later|Maybe tomorrow|My foot hurts]," {said hero}. [It was not true|But that was not why].
    {Friend} found {him} {spot}. "{Hello friend} [Do you want to do it|Shall I help you|Would you like to do it]?" {asked friend}. {Hero} nodded.
    | {Hero} told it to {friend}. "[I was afraid too, once|That is all right|I know how that is]," {said friend}.
    "[You do not have to do it all today|Do just a bit of it|Nobody does it all in one day]," {said friend}. "[What could you do today|How would you begin|What is easy]?" "[I could look at it|I could stand near it|I could put one toe there]," {said hero}.
    | "[What is the smallest bit that you can do|Which part of it could you do today]?" {asked friend}. "[Look at it|Stand near it|Put one toe there]. Not more," {said hero}.
    So on Monday {he} [did that|did just that|did only that]. On Tuesday, [a little more|a bit more|one bit more]. [On Wednesday it rained|On Wednesday {he} slept late|And on Wednesday, more than that].
    | {He} did [that|just that] the first day. The second day {he} did [a tiny bit more|a little more|one step more]. [The third day it rained.|The third day, more than that.]
    ? "[Today I did not shake|My heart beats, but it does not jump|It is not so bad]," {he} said [on Thursday|that evening|the next day].
    [On Friday|And then], {hero} [closed {his} eyes|took a very deep breath|counted from three to one]. And {he} did it!
    | [Then it was Friday|Then came the day]. {Hero} [shut both eyes|looked at the sky|whispered, "Now"], and before {he} knew it, {he} [had done it|was {done}]!
    ? "[I did it!|Look!|Did you see me?] I am {done}!" {he} [shouted|cried|sang]. "[I saw it|I saw you|I knew it]," {said friend}.
    ? Then {he} did it [again|a second time|once more], and again, until [the sun went down|it was dark|everybody went home].
    [A week later|Not long after that], [a small child|a little one] stood there and did not dare. "[It is big, isn't it|I was afraid too]," {said hero}. "[What is the smallest bit that you can do|Shall I stay with you]?"
    | "[How did you do that|How did you learn it]?" [they all|the others] asked. "[Bit by bit|A little more every day|Very, very slowly]," {said hero}.
    """),
]
