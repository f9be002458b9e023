// Somebody needs help, and the tool fits the deed.

let helping = [
  // Caught: every trouble has its tool.
  Plot(
    """
    fits = dry sea
    who = who saves somebody | who helps a friend in trouble | who hears a cry for help | who saves a life
    about = a rescue | helping | helping others | a cry for help
    friendnature = young | old | small | kind | shy | friendly
    trouble, tool, deed = was caught in a net / knife / cut the net, one knot after the other | was stuck between two rocks / iron bar / pushed the rocks apart | lay under a heavy branch / saw / sawed through the branch | had a hook in the side / pair of pliers / pulled out the hook, very gently | was locked in a cage / key / opened the lock of the cage | was tied to a post / pair of scissors / cut the string | had a foot in a bottle and could not get it out / bar of soap / made the foot so slippery that it came out
    "Help! Help!" {Hero} [stopped|looked up]. The cry came from {the place}.
    | {When}, {hero} was {going} {to place} when somebody cried for help.
    | {When}, {hero} heard a weak voice. "[Is anybody there?|Please, somebody|I cannot hold on any longer]!" it said.
    It was {friend}, who {trouble}. "[I have been here all night|I cannot move|It hurts]," {said friend}.
    "[Do not move|Wait, I will help you]," {said hero}. {He} pulled with all {his} strength. It did not work.
    | {Hero} pulled from the left and from the right. [Nothing moved|It only got worse].
    "[This is not enough.|I need something better.|Think, think.] [What I need is|If I only had|It must be done with] {an tool}!" {he} said.
    either
    {He} {went} home as fast as {he} could and came back with {an tool}.
    or
    {Other} lived near by. "Do you have {an tool}?" asked {hero}, all out of breath. "[Here, take it|Of course]," {said other}.
    or
    {He} looked around. And there, {spot}, somebody had left {an tool}. [What luck|Somebody must have lost it]!
    then
    With the {tool}, {he} {deed}. "[Just a little more|Nearly done|Do not look]," {he} said.
    | {Hero} took the {tool} and {deed}. It took [a long time|all afternoon], but {he} did not stop.
    At last {friend} was free! {Friend} [danced|jumped|turned] once around {hero} for joy.
    | And {friend} was free! {Friend} [took a deep breath|stretched|shook a little] and [laughed|danced for joy|jumped up].
    "[You saved me|I thought that nobody would come]," {said friend}. "[How can I thank you|What can I give you|What may I do for you]?"
    "[You would do the same for me|Be my friend, that is enough|It was the {tool}]," {said hero}.
    ? A month later, {hero} was in trouble {in place2}. And who came to help? It was {friend}, with the same {tool}.
    | They ate some {food}, [because both of them were hungry now|and told each other their lives].
    | Then they ate {food} together.
    """),

  // A sick friend.
  Plot(
    """
    who = who is ill | who takes care of a sick friend | whose friend is ill | who makes soup for a friend
    about = being ill | a sick friend | a good soup
    friendnature = kind | old | young | small | friendly | shy
    ill = a cold | a fever | a sore throat | a bad cough | a headache | red spots all over
    gift = bunch of flowers | story book | jar of honey | pot of soup | funny picture | warm blanket
    {When}, the window of {friend} stayed dark. "[That is strange|Something is wrong]," {said hero}.
    | {When}, {hero} wanted to play with {friend}. But {friend} was not there. [Not {in place}, not {in place2}|Nobody had seen {friend}].
    {He} knocked. "[Come in|It is open|Do not come near me]," said a weak voice. {Friend} was in bed with {ill}.
    | {He} looked in at the window. There lay {friend}, with {ill}, as pale as milk. "Do not look at me," {said friend}.
    "[Go and play without me|I am no fun today|Tell the others that I am gone forever]," {said friend}. "Nonsense," {said hero}.
    ? {Hero} [made tea|opened the window|shook up the pillow]. Then {he} thought: what would be nice for somebody with {ill}?
    {He} {went} out and [came back with|fetched] {a gift}. "[This is for you|Close your eyes|From me]," {he} said.
    | {He} ran home and brought {a gift}. "[This is for you|Close your eyes|From me]," {he} said.
    {Friend} [smiled for the first time that day|looked at the {gift} for a long time|tried to laugh, but had to cough].
    either
    Then {other} came by with {food}, and somebody else brought a joke. Soon the room was full. Nobody could have stayed sad in there.
    or
    {Hero} sat down at the bed and told a story. It was about somebody who had {ill} and sailed around the world in a bed.
    or
    Outside it got dark. {Hero} stayed, [and held a cool cloth|and sang softly], until {friend} was asleep.
    then
    [Two|Three] days later, {friend} was up again. [And who was in bed now? {Hero}, with {ill}!|It was a lovely morning.]
    | The next day, {friend} felt [a bit better|much better]. The day after that, they were out {in place} again.
    "Now I will take care of you, if you ever need it," {said friend}.
    | "What [was it that helped|helped you so much]?" asked {hero}. "[It was you|It was the {gift}|All of it]," {said friend}.
    """),

  // Pulling together: more and more of them.
  Plot(
    """
    who = and the big {plant} | who grew a huge {plant} | who could not pull out {an plant}
    about = a huge {plant} | working together | team work
    plant = turnip | carrot | pumpkin | cabbage | radish | onion | potato | beet
    {Hero} planted {an plant}. It grew and grew, until it was as big as [a house|a barn|a cow].
    | In the garden of {hero} grew {an plant}. It got so big that {he} had to [walk around it to get home|climb over it].
    | {When}, {hero} [looked at|stood before] {an plant} in {his} garden. It was as big as [a house|a barn|a cow].
    "[Time for soup|Now it is ripe|That is enough for all of us]!" {said hero}. {He} pulled [and pulled|as hard as {he} could]. [It did not move|Nothing happened].
    So {he} called {friend}. {Friend} pulled {hero}, {hero} pulled the {plant}. [Heave|One, two, three]! [It did not move|Not an inch].
    | {Friend} came and pulled too. "[What a monster|That thing is stuck|Such a big one]!" {said friend}. The {plant} only [creaked a bit|shook a little].
    Then {other} came to help. [It did not move an inch|No use].
    | {Other} pulled with them. [It creaked|The earth shook], but that was all.
    | "[Wait|Let me]!" {said other}, who came by. [Nothing|It stayed in the earth].
    "[Can I help|May I pull|What about me]?" asked a [tiny|very small] voice. It was [a beetle|a worm|a flea].
    | Then [a beetle|a worm|a flea] came along. "[I want to help|I am strong too|Now it is my turn]," said the little one.
    "[You|Ha ha! You|So small]?" {said friend}. But {hero} said, "[Everybody counts|Let us try|Come, take the end]."
    | "You are as small as a [crumb|pea]!" {said friend}. "[We need everybody|Let us see|Come and pull]," {said hero}.
    So they all pulled once more, {friend}, {other}, {hero} and the little one. [One, two, and|Heave, ho, and]: POP!
    | {Other} pulled {friend}, {friend} pulled {hero}, and the little one pulled [at the back|in front]. [One, two, and|Now]: POP!
    Out came the {plant}, and all of them [fell over backward|rolled over the grass].
    | There it was, the whole {plant}! And they [lay on their backs and laughed|had earth all over].
    | The {plant} flew [out|into the air], and they all [fell down|sat in the grass and laughed].
    ? "[It was me|Did you see how strong I am?|I did it]!" said the little one. [And nobody said no|And maybe that was so].
    There was soup for [a week|the whole village|everybody]. The [first|biggest] bowl [was for|went to] the little one.
    | They [made soup|ate soup for a week], and {plant} cake. [The little one ate the most|Nobody was hungry that year].
    """),

  // Something is broken in the village.
  Plot(
    """
    who = who mends {an broken} | and the broken {broken} | who wants to mend the {broken}
    about = a broken {broken} | working together | mending things
    broken, part, tool = bridge / boards / hammer | gate / hinges / screwdriver | roof / tiles / ladder | fence / boards / hammer | boat / planks / hammer | swing / ropes / knife | well / stones / shovel | wall / bricks / trowel
    After the [storm|long winter|big rain], the old {broken} {in place} was broken.
    | {When}, [crack|crash]! The {broken} {in place} broke in two.
    "[Somebody should do something|This cannot stay like this|What a pity]," they all said, [and went away|and went home|and did nothing]. Only {hero} stayed.
    | Everybody complained about it. [The baker complained|The teacher complained|Even the birds complained]. Only {hero} rolled up {his} sleeves.
    "[I will do it myself|How hard can it be?|Then I will do it]," {said hero}. {He} fetched some {part} and {an tool}.
    {He} worked until noon. The {part} were [heavy|crooked]. The {broken} looked [worse than before|no better].
    | By lunch {he} had [three blisters|a hurting back], and the {broken} looked [like a hedgehog|as bad as before].
    "{Hello friend} [That is all wrong.|Do you need a hand|May I]?" {asked friend}. "[No, thank you|I can do it alone]," {said hero}, and hurt [a thumb|a toe|{himself}]. "Ouch! [Well, maybe yes|Yes, please]."
    | "[Shall I help|Do you want help|Can I do something]?" asked {friend}. "[No|No need]," {said hero}. Then [a stone fell on {his} foot|everything fell down]. "[Or maybe yes|Yes, please]!"
    {Friend} held the {part}, and {hero} used the {tool}. [That went much better|Now it went twice as fast]. They [whistled|sang|counted] as they worked.
    | Now one held and the other worked. {Friend} gave {him} the {part}, {hero} had the {tool}, and [it was almost fun|they told each other jokes].
    ? Soon {other} came [with {food}|to look]. "[I can carry things|I have time too]," {said other}. And one by one the others came back.
    [Late that day|By evening|After a while], the {broken} [was as good as new|stood there, better than ever|was done].
    | Before it was dark, the {broken} [was whole again|looked as if it had never been broken].
    "[Who made that|Who was that]?" asked a stranger [later|on the road]. "[We did|All of us|Everyone you see here]," {said hero}.
    | "[It is a bit crooked|It leans to the left]," {said friend}. "[That is how you can see that we made it ourselves|It has a friendly look]," {said hero}.
    ? They gave the {broken} a name. They called it [Old Crooked|Little Wonder|Hand in Hand].
    """),

  // The lighthouse without its light.
  Plot(
    """
    fits = bodies
    tags = night
    who = and the lighthouse | who saves a ship | who keeps the light
    about = a lighthouse | a ship in a storm | a light in the dark
    hero = girl: she | boy: he | sailor | fisherman: he | gull | seagull | lighthouse keeper | cat | dog | pelican | goat | girl: she | boy: he
    keeper = grandfather | grandmother | uncle | aunt
    [High on|On top of|Far out on] a rock stood a lighthouse. {Hero} [worked|kept the light] there with {his} {keeper}.
    | {Hero} kept the light in a lighthouse with {his} {keeper}. [Every evening|Every night] they lit the [big lamp|lamp].
    {When}, the {keeper} [had a fever|fell and hurt a leg|had gone to the village]. That night a storm came[, and the lamp went out|. And the big lamp went out]!
    | {When}, the {keeper} [was ill in bed|was away|was in the village]. That night the wind [broke the window|came] and blew out the [big lamp|lamp]!
    "[There is a ship out there|I see a ship|Look, a ship]!" {said hero}. "It [will hit|cannot see] the rocks!"
    | Far out, {hero} saw a ship. It came [closer and closer to|straight toward] the rocks. "[Oh no|They cannot see]!" {he} said.
    ? {He} tried to light the lamp. [There was no oil|The wind blew it out again].
    ? {He} thought and thought. Then {he} had an idea.
    | [But {hero} knew what to do|{Hero} thought as fast as {he} could|What could {he} do? {He} looked around].
    either
    {He} put every candle of the house into the window, [big ones and small ones|forty of them], and a mirror behind them. [The light flew out over the sea|It was as bright as a star].
    or
    {He} rang the old fog bell. Ding, dong! {He} rang it until [{his} arms hurt|{he} could hardly stand], and then {he} rang on.
    or
    {He} made a fire on the rock out of [an old chair|a broken boat]. The sparks flew. It was as bright as day.
    then
    [Slowly, slowly|At the last moment|Very slowly], the ship turned [away|to the left|to the right]. It was saved!
    | "[Turn|To the left|Watch out]!" somebody shouted. And the ship [turned around|stayed away from the rocks].
    In the morning, {friend} stood at the door, [wet and tired|still dripping]. "[I was on that ship|I come from the ship]," {said friend}. "[Who kept the light|Who was it|Who saved us]?"
    | At sunrise {friend} came in, [gray with salt|with no shoes]. "[Was it you who saved us|Did you save our ship]?" {asked friend}. "[Thank you|We will not forget it]."
    "[I only did what I could|It was not so hard]," {said hero}. {Friend} [gave {him} a golden button|laughed and hugged {him}|bowed to {him}].
    ? The {keeper} heard of it and said, "[Tomorrow you shall have your own key to the tower|Now there are two keepers here]."
    | "[Well done|I am proud of you]," said the {keeper} later. "[Now there are two of us here|From now on we keep the light together]."
    """),

  // The bird that stays for the winter.
  Plot(
    """
    fits = town land
    who = who helps a bird | who helps {an bird} | and {an bird} in winter | who takes care of a hurt {bird}
    about = a hurt {bird} | winter | {an bird} that could not fly
    bird = swallow | stork | robin | goose | crane | sparrow
    when = In late autumn | One cold day in November | When the first snow fell | On a gray day in autumn
    {When}, the birds flew south. But [one of them|one], a little {bird}, [sat in the leaves|could not fly]. [A|One] wing hung down.
    | {When}, {hero} found a little {bird} [under a hedge|by the road|on the doorstep]. A wing was broken.
    "[They left without me|The others are gone|My friends flew south]," said the {bird}. "[What will become of me?|I have never seen the winter|What shall I do now?]."
    "[You will see the winter with me|You can stay with me|I have a stove and a spare blanket]," {said hero}, and took the {bird} home.
    | {Hero} [carried the {bird} home|took the {bird} home|opened {his} door to it]. "[You can stay here|This is your home now|Here it is warm]," {he} said.
    {He} tied a [soft band|soft cloth|ribbon] around the wing and made a [little bed|warm bed|bed in an old shoe|bed in a bread basket].
    | At first the {bird} [was afraid|would not eat]. {Hero} put down {food} and looked the other way. [Soon it was all eaten|In the morning the plate was empty].
    | The {bird} slept in [a hat|an old shoe|a bread basket], with a [band|soft cloth] around the wing.
    Outside it snowed. Inside, {hero} told stories about [the village|the forest|the mountains], and the {bird} told some about [warm lands|the great river|places where it never snows].
    | {Hero} and the {bird} watched the snow[.|. The {bird} tasted it and sneezed.]
    | All winter they told each other stories[.|. The {bird} knew some about {the place}.] [It was never boring|Winter was not so long that way].
    ? "[Will my wing get well|Will I ever fly again]?" asked the {bird}. "[Wait a little|When the snow melts, we will see]," {said hero}.
    Then came the first warm day. {Hero} opened the window. The {bird} [beat its wings, once, twice|jumped], and flew!
    | One morning, the snow was gone. {Hero} carried the {bird} outside [and did not say anything|and wanted to cry]. [It looked at the sky|It looked up], and [up it went|then it flew]!
    | [Spring|The spring] came at last. "[Try it|Now]," {said hero} at the open window. And the {bird} flew, [first around the house|higher than the roof]!
    "[Fly south|Fly to your friends]," called {hero}. But the {bird} sat down on the roof. "[They are all coming back here|Why should I? It is spring]!" it [sang|said].
    | "[Goodbye|Come back one day]," {hero} called. But the {bird} came back [after a while|at once] and sat on {his} [shoulder|head]. "[I live here now|Where should I go? It is spring|I like it here]!"
    ? All summer long it lived in [a tree|a nest] by the window. [When autumn came, it flew away with the others, and came back in spring.|Every morning it woke {hero} with a song.]
    """),

  // Waking the town.
  Plot(
    """
    fits = bodies
    who = and the clock that stopped | who wakes up the whole town | who mends a clock
    about = a clock that stopped | a sleeping town | time
    hero = girl: she | boy: he | rooster: he | mouse | clockmaker | owl | girl: she | boy: he | cricket | goose | baker | cat
    hour, strokes = five to seven / seven | ten to eight / eight | one minute to six / six
    cause, mend = a bird had built a nest between the wheels / moved the nest to a better place, very gently | a button was stuck between the wheels / pulled out the button | the wheels were full of dust / blew away the dust | a spider had tied up the hands / asked the spider to move next door | nobody had wound it up / wound it up with the big key
    {When}, the big clock of the town stopped. It was {hour}, and it stayed {hour}.
    | Tick, tock, tick, and then nothing. The [big|old] clock of the town [stood still|had stopped]!
    | "[How strange|Listen]," {said hero}. "[The clock has stopped|I cannot hear the clock]!" It [was|said] {hour}, and it stayed {hour}.
    Nobody woke up. The baker slept, [the teacher slept|the children slept], [even the cats|even the mayor] slept. Only {hero} was awake.
    | Without [it|the clock] nobody [knew the time|woke up]. They all slept on, [the teacher and the mayor|the baker and the hens], and only {hero} was up.
    ? {Hero} [knocked on doors.|called, "Good morning!"] "[Five more minutes|It is not time yet|Look at the clock]," they [mumbled|said|called].
    So {he} climbed up the tower, [step by step|up and up|in the dark]. There sat {friend}, with a lamp.
    | {Hero} ran up the two hundred steps to the clock. Up there {he} [found|met] {friend}[.|, who rubbed both eyes.]
    "{Hello friend} [What is wrong with it?|I heard it stop|It is broken]," {said friend}. They looked inside: {cause}.
    | "[Let me see|Let us look inside|Come, we will look]," {said hero}. [Now they saw it|It was easy to see]: {cause}.
    "[That is all|So that was it|No more than that]?" {said hero}. {He} {mend}. [It was quiet. And then: tick, tock|Tick, went the clock. Tock|One, two, three, and the clock went on]!
    | {Hero} {mend}. "[Now|Listen]!" {said friend}. Tick, tock, [tick, tock|it went]!
    BONG! went the bell, {strokes} times. [All the|The] windows opened. "[We are late|Where is my other shoe?|Good morning]!" everybody shouted.
    | {Strokes} times the bell rang, [as loud as it could|BONG], and the whole town woke up. [The bread was late|School began at noon], but nobody minded.
    "Who looks after the clock [from now on|now]?" asked the mayor. Everybody looked at {hero}.
    | The mayor came to say thank you, [in slippers|with one boot]. "[This town needs somebody who is awake|Here is the key of the tower]," said the mayor to {hero}.
    | "[Thank you|Well done]!" said the mayor to {hero}. "[You shall look after our clock|Now the clock is yours]."
    ? So now {hero} winds it up. And if {he} sleeps a little longer on Sundays, [so does the whole town|nobody knows it].
    """),
]
