// Fears, and what becomes of them.

let courage = [
  // Any fear: nobody is afraid of nothing.
  Plot(
    """
    fits = all
    who = who is afraid of {fear} | who was afraid of {fear} | who is scared of {fear}
    about = being afraid | being brave | being afraid of {fear} | courage | somebody who is afraid of {fear}
    fear = @fears
    fear2 = @fears
    {Hero} was afraid of {fear}. [Nobody knew it|It was a secret|Everybody knew it|{He} did not like to talk about it].
    | There was one thing that {hero} did not like at all: {fear}. [Oh no|Oh dear]!
    | "I am not afraid of anything," {hero} always said. But it was not true. {He} was afraid of {fear}.
    {When}, {friend} [asked|said], "[Will you come {to place} with me|Let us go {to place}.]?" "[No|No, thank you|I cannot]," {said hero}. "[There may be {fear}|I think there will be {fear}]."
    | {When}, {he} was {in place}, and all {he} could think of was {fear}. {Friend} saw it. "{Hello friend} What is wrong?" "Nothing," {said hero}.
    "[Are you afraid of {fear}|So that is it, {fear}.]?" {asked friend}. {Hero} [nodded.|looked at the ground.|whispered, "Yes."]
    "[Promise not to laugh|Do not laugh]," said {hero}. "I am afraid of {fear}." {Friend} did not laugh.
    "I will tell you a secret," {said friend}. "I am afraid of {fear2}." "[You|Really|Of {fear2}]?" asked {hero}. [{He} could not believe it.|That made {him} feel much better.]
    | "Everyone is afraid of something," {said friend}. "[Me too|For me it is {fear2}]." "Of {fear2}?" asked {hero}. "[But they do nothing|Oh, I like that]!" And they both had to smile.
    "[What helps you|What do you do then]?" asked {hero}. "I [count to ten|think of {food}|hold on to somebody]," {said friend}.
    either
    So they made a deal. When {hero} was afraid of {fear}, {friend} stayed close. When {friend} was afraid of {fear2}, it was the other way around.
    [It did not take away the fear|They were still a little afraid]. But now it was [only half as big|a small fear, no bigger than a pea].
    or
    {Hero} tried it. "[One, two, three|La la la]," {he} [said|began], and {his} heart beat a little more slowly. [So that was how it worked|It really helped]!
    Then {he} went on, a little and a little more. "[Look|See]!" {he} called. "[I am afraid of {fear}, and I am doing it anyway|I am here, and I am still me]!"
    or
    "Close your eyes," {said friend}. "Now think of {fear}, but with [a funny hat|pink ears|a red nose]." {Hero} [tried|closed {his} eyes]. First {he} smiled. Then {he} laughed out loud.
    ? From then on, whenever {he} thought of {fear}, there was that [silly hat|funny picture], and the fear had to go.
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
    | "[I like all animals|I like everybody]," {hero} used to say, "but not {beasts}." {He} was afraid of them.
    {When}, {he} {went} {to place}, and there, right in the middle of the path, sat {an beast}!
    | {When}, {he} opened the door. In front of it sat {an beast} and looked at {him}.
    ? {Hero} [stood as still as a stone|could not move|wanted to run, but {his} legs would not]. The {beast} did not move either.
    ? {He} counted to ten. {He} counted to twenty. Nothing happened.
    "[Are you going to bite me|Do you want to eat me]?" {he} asked [in a very small voice|at last].
    "Me?" said the {beast}. "[I am afraid of YOU|But you are so big, and I am afraid of YOU]!"
    "[Of me|But I would never hurt anybody!]?" said {hero}. "[Nobody was ever afraid of me|I am only me]!"
    Then the {beast} [showed its foot|turned around]. There was a splinter in it. "[It hurts|I cannot walk]," it said. "[Could you|Would you] pull it out?"
    | "I [lost my way|am looking for my brother]," said the {beast}. "[And everybody runs away from me|Nobody will talk to me]."
    {Hero} took a deep breath. [Slowly|Carefully], {he} came closer, step by step, and {he} helped.
    "[Thank you|Oh, thank you]," said the {beast}. "[You are the first one who did not run|You have kind hands]."
    | They talked [until lunch|for an hour], about [this and that|{beasts} and other things], and it was nice.
    Since that day, {hero} says hello to all {beasts}. [Most of them|Some of them] say hello too.
    | "[{Beasts} are not so bad|I know {an beast}]," {he} told everyone at home. "[It said that I was kind|One of them is my friend]."
    """),

  // The dark.
  Plot(
    """
    tags = night
    friendnature = wise | old | kind | friendly
    who = who is afraid of the dark | who was afraid of the dark | who does not like the dark | who is scared of the dark
    about = being afraid of the dark | the dark | a dark night
    {Hero} was afraid of the dark. Every evening [it was the same|{he} put all the pillows on {his} head].
    | When the sun went down, {hero} [pulled the blanket over {his} head|wanted to hide]. {He} did not like the dark.
    "[Who turns off the day|Why can it not be day all the time|Where does the light go]?" {he} asked.
    "Come outside with me," {said friend} one night. "[I want to show you something|There is something you should see]." "[Now? In the dark|Out there]?" asked {hero}.
    | "Put on your coat," {said friend} one evening, when it was almost black outside. "We are going out." "[Out there|Now|In the dark]?" asked {hero}.
    {Friend} took {him} by the hand, and they {went} {to place}. Everything was black.
    | Hand in hand they {went} {to place}. [{Hero} could hear {his} own heart.|There was no lamp, no window, nothing.]
    "I cannot see anything," whispered {hero}. "[Wait|Give your eyes a little time]," {said friend}.
    ? They waited. And slowly the dark became soft and blue. There was a tree. There was a path.
    "Now look up," {said friend}. {Hero} looked up, and [forgot to be afraid|{his} mouth fell open]. [A thousand stars|So many stars]! {He} had never seen them, because {he} always hid.
    | Then a little light [went on|danced by], and one more. "Fireflies," {said friend}. "They only come when it is dark."
    And listen! [A cricket was singing|An owl called|The grass rustled]. "[The night is only the day with its eyes closed|The dark is the blanket of the world|Without the dark there are no stars]," {said friend}.
    {Hero} [counted them until {he} fell asleep in the grass|did not want to go in again|stayed up much too long].
    The next evening, {he} said to the dark, "[Hello, you|Good evening|Come in]." And the dark was [very quiet and polite|as soft as a cat].
    | Now, when the sun goes down, {hero} opens the window. "[There you are|Good evening, dark]," {he} says.
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
    {He} [ran|tiptoed|hurried] to {friend}, who lived next door. "[Wake up|Wake up, please]! There is a monster in my house!"
    "{Hello friend} [At this hour|What does it say|Does it have a name]?" {asked friend}. "It says: {noise}," {said hero}.
    | "[Monsters do not scare me|I always wanted to meet a monster]," {said friend}, and [got out of bed|took a broom|put on a coat].
    They tiptoed back, [very close together|one behind the other]. {noise}! "[After you|You go first]," {said friend}. "[No, after you|No, you]," {said hero}.
    Then {hero} [counted to three|took all {his} courage] and looked. It was {cause}!
    They laughed until [they had to sit down|their tummies hurt]. Then they {mend}.
    "[So that was the monster|What a small monster|And no toes at all]!" {said friend}.
    [Now it was quiet|Now the house was still]. "[Will you stay a little|Would you like some tea]?" asked {hero}. "[Only in case of robbers|Just to be sure]," {said friend}.
    | Then everybody slept, and the night was very still.
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
    | A flash! And then: BOOM! "[Help|Mama]!" cried {hero}, but the wind was louder.
    "Over here! [Quick|In here|Come in]!" called {friend} from {a shelter}.
    | {He} ran through the rain to {a shelter}. Somebody was there already: {friend}, shaking too.
    Inside the {shelter} it was [dark and dry|small but dry|warm]. They sat [close together|side by side].
    BOOM! "[The sky is angry|Is it angry with us?]," whispered {hero}. "[No|Oh no], the sky is only [moving its furniture|playing the drums|rolling its big barrels]," {said friend}.
    "Let us count," {said friend}, "from the flash to the boom." One, two, three. BOOM! Then: one, two, three, four, five, six. Boom. "You see? It is going away."
    | {Friend} began to sing. {Hero} sang too, first softly and then as loud as the thunder. [It was a good song for a storm|They made up new words: "Boom, boom, give us room!"]
    [At last|After a while] the rain [stopped|went drip, drip, and no more]. The world [smelled new|was shiny and clean].
    ? "Look!" {said hero}. Over the hills stood a [rainbow|strip of blue sky].
    ? They shared some {food}, [because being afraid makes hungry|and it was the best lunch of the year].
    "[Shall we sing again next time|Next storm, same place]?" {asked friend}. "[Yes|Yes, and I will bring the songs]," {said hero}.
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
    {When}, {hero} had [cold feet|a lump in the throat]. It was time to go to school.
    | "[I am not going|I feel sick|My shoes do not want to go to school]," said {hero} [to the mirror|at breakfast|under the blanket].
    "[What if nobody likes me|What if I forget my name|What if I sit on the wrong chair|What if I do not know anything]?" {he} asked {his} {parent}.
    "Then you [come home, and we eat pancakes|ask somebody|smile]," said {his} {parent}. "[And tomorrow you try again|Smiles always work|Nobody knows everything on the first day]."
    {Hero} [went in very slowly|stood at the gate for a long time|held on to the gate]. [There were so many new faces|It was so loud inside|The stairs were so high].
    In the last row was an empty seat, next to {friend}. "[Is this seat free|May I sit here]?" asked {hero}. [It came out as a whisper|{His} voice shook a little].
    | Only one chair was free, beside {friend}. "[Is this seat free|May I sit here]?" asked {hero}, and {his} voice was no louder than a mouse.
    {Friend} [moved over|nodded]. "[I am new too|I was so afraid that I put my shoes on the wrong feet|I thought that nobody would sit here]," {said friend}.
    ? {Hero} looked down. {He} had put on two different socks. They looked at each other, and they [giggled|laughed|could not stop laughing].
    Then the teacher asked, "[Who can tell us a story|Who knows a song|How much is two and two]?" {Hero} [knew it|knew what to say]. Slowly {his} hand went up, [higher and higher|and everybody listened].
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
    act, doing = sing / singing | dance / dancing | tell a story / telling it | play the flute / playing | read a poem / reading | whistle / whistling
    prize = @prizes
    {When}, there was a [contest|party|show] {in place}, and {hero} had to {act} in front of everybody.
    | {Hero} could {act} [better than anybody|so well that the birds listened], but only when nobody was there. Now there was a contest {in place}.
    {He} had practiced [in the bath|in the cellar|under the blanket|in front of the mirror]. But [now|there] {his} knees were like pudding.
    | "[I cannot do it|They will all look at me|I want to go home]," {he} said.
    "{Hello friend} [Are you next|You look pale.|Why are you hiding]?" {asked friend} behind the curtain.
    "[I forgot everything|My head is empty]," whispered {hero}. "[Look only at me|Just do it for me|Then look at my silly hat]," {said friend}. "[I will sit in the first row|I will be right in front]."
    {His} name was called. {He} took [three steps|one step] forward. A hundred eyes looked at {him}.
    | "Next, please!" {He} went out into the light. [All those eyes|So many faces]! And every one of them looked at {him}.
    ? {He} opened {his} mouth. Nothing came out but a [squeak|hiccup|small cough]. [Somebody laughed|It was very quiet].
    Then {he} saw {friend} in the first row, [making a funny face|waving with both arms|smiling from ear to ear]. {Hero} smiled back and began.
    | But there, right in front, sat {friend}, [making a funny face|waving with both arms|smiling from ear to ear]. It was as if nobody else was there. And {hero} began.
    First it was [soft|shaky]. Then {he} forgot the hundred eyes. [Then {he} forgot {himself}|There was nothing in the world but the {doing}].
    | The first notes came out [small|thin]. But each one was a bit better than the one before, [and soon {he} heard nothing else|and then there was nothing in the world but the {doing}].
    ? When it was over, nobody [moved|said a word]. And then they all [clapped and stamped.|cheered.|shouted, "More!"]
    either
    The {prize} went to {hero}. "[Half of it is yours|You won it with your funny face]," {he} told {friend}.
    or
    The {prize} went to {other}, but {hero} did not mind at all. "[I won something too|I was not afraid at the end]," {he} said.
    then
    "[When is the next one|May I do it again]?" asked {hero}. [And everybody laughed|{Friend} only smiled].
    | And in the bath {he} still does it best.
    """),

  // Jumping into the water, climbing: the small step.
  Plot(
    """
    fits = dry
    who = who is afraid of {fear} | who learns to be brave | who did not dare to {dare}
    about = learning to {dare} | daring to {dare}
    fear, dare, done = deep water / jump into the lake / in the water | high places / climb the tall tree / at the top | high bridges / cross the high bridge / on the other side | the big slide / go down the big slide / at the bottom | steep hills / ride down the steep hill / at the bottom | the old cave / go into the old cave / inside | cold water / wade through the cold stream / on the other side
    {Hero} wanted to {dare}, like all the others. But {he} was afraid of {fear}.
    | All the others could {dare}. Only {hero} stood there and [watched|looked at {his} toes]. {He} was afraid of {fear}.
    "[Come on|It is easy|It is fun]!" they called. "[Later|Maybe tomorrow|My foot hurts]," {said hero}. It was not true.
    | "Are you coming or not?" somebody shouted. {Hero} went away, [red in the face|slowly].
    {Friend} found {him} {spot}. "{Hello friend} [I saw you|You want to do it, don't you]," {said friend}. {Hero} nodded.
    "Nobody says that you must do it all in one day. What is the smallest bit that you can do?" {asked friend}. "[Look at it|Stand near it|Put one toe there]," {said hero}.
    | "It does not have to be all in one day," {said friend}. "Which part of it could you do today?" "[Look at it|Stand near it|Put one toe there]. Not more," {said hero}.
    So on Monday {he} did [that|just that], and no more. On Tuesday, a little more. [On Wednesday, a little more than that|On Wednesday it rained].
    | {He} did [that|just that] the first day. The second day {he} did a tiny bit more. [The third day it rained.|The third day, more than that.]
    "[Today I did not shake at all|My heart beats, but it does not jump]," {he} said on Thursday. "[You see|Good]," {said friend}.
    On Friday, nobody was there, only {friend}. {Hero} [closed {his} eyes|took a very deep breath|counted: "Three, two, one"]. And {he} did it!
    | And then it was Friday. {Friend} was there, and nobody else. {Hero} [shut both eyes|looked at the sky], and before {he} knew it, {he} had done it!
    ? "I did it! Did you see? I am {done}!" {he} [shouted|cried|sang]. "[I saw it|Nobody will ever forget it]," {said friend}.
    ? Then {he} did it [again|a second time], and again, until the sun went down.
    A week later, a small child stood there and did not dare. {Hero} sat down beside the child. "[It is big, isn't it|I was afraid too]," {said hero}. "What is the smallest bit that you can do?"
    | "[How did you do that|Were you not afraid]?" they all asked. "Yes, and then a little less every day," {said hero}.
    """),
]
