// Somebody needs help, and the tool fits the deed.

let helping = [
  // Caught: every trouble has its tool.
  Plot(
    """
    fits = dry sea
    who = who saves somebody | who helps a friend in trouble | who hears a cry for help | who saves a life
    about = a rescue | helping others | a cry for help
    friendnature = young | old | small | kind | shy | friendly
    trouble, tool, deed = was caught in a net / knife / cut the net, one knot after the other | was stuck between two rocks / iron bar / pushed the rocks apart | lay under a heavy branch / saw / sawed through the branch | had a hook in the fin or foot / pair of pliers / pulled out the hook, very gently | was locked in a cage / key / opened the lock of the cage | was tied to a post / pair of scissors / cut the string | had a foot in a bottle and could not get it out / bar of soap / made the foot so slippery that it came out
    "Help! Help!" {Hero} [stopped|looked up]. The cry came from {the place}.
    | {When}, {hero} was {going} {to place} when somebody cried for help.
    | {When}, {hero} heard a weak voice. "[Is anybody there?|Please, somebody|I cannot hold on any longer]!" it said.
    It was {friend}, who {trouble}. "[I have been here all night|I cannot move|It hurts]," {said friend}.
    "[Do not move|Wait, I will help you]," {said hero}. {He} pulled with all {his} strength. It did not work.
    | {Hero} pulled from the left. {Hero} pulled from the right. [Nothing moved|It only got worse].
    "[Hands alone will not do|I need something better|Think, think]," {he} said. "[What I need is|If I only had] {an tool}!"
    either
    {He} {went} home as fast as {he} could and came back with {an tool}.
    or
    {Other} lived near by. "Do you have {an tool}?" asked {hero}, all out of breath. "[Here, take it|Of course]," {said other}.
    or
    {He} looked around. And there, {spot}, somebody had left {an tool}. [What luck|Somebody must have lost it]!
    then
    With the {tool}, {he} {deed}. "[Just a little more|Nearly done|Do not look]," {he} said.
    | {Hero} took the {tool} and {deed}. It took [a long time|all afternoon], but {he} did not stop.
    At last {friend} was free! {Friend} [took a deep breath|stretched|shook a little] and then [danced|jumped] once around {hero} for joy.
    "[You saved me|I thought that nobody would come]," {said friend}. "[How can I thank you|What can I do for you]?"
    "[You would do the same for me|Be my friend, that is enough|It was the {tool}]," {said hero}.
    ? And it was true. A month later, {hero} was in trouble {in place2}. And who came to help? It was {friend}, with the same {tool}.
    They ate some {food} together, [because both of them were hungry now|and told each other their lives].
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
    {He} {went} out and came back with {a gift}. "[This is for you|Close your eyes|From me]," {he} said.
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
    | "What was it that helped?" asked {hero}. "[It was you|It was the {gift}|All of it]," {said friend}.
    """),

  // Pulling together: more and more of them.
  Plot(
    """
    who = and the big {plant} | who grew a huge {plant} | who could not pull out {an plant}
    about = a huge {plant} | working together | team work
    plant = turnip | carrot | pumpkin | cabbage | radish | onion | potato | beet
    {Hero} planted {an plant}. It grew and grew, until it was as big as [a house|a barn|a cow].
    | In the garden of {hero} grew {an plant}. Every day it was bigger. In the end {he} had to [walk around it to get home|climb over it].
    "[Time for soup|Now it is ripe|That will feed the whole village]!" {said hero}. {He} took hold of it and pulled. It did not move.
    So {he} called {friend}. {Friend} pulled {hero}, {hero} pulled the {plant}. [Heave|One, two, three]! [It did not move|Not an inch].
    ? "{Hello friend} [What a monster|That thing is stuck|Such a big one]!" {said friend}, and pulled too. But the {plant} stayed where it was.
    Then {other} came. Now there were three of them. They pulled until [they were red in the face|their hats fell off]. Nothing.
    | {Other} came by with a wheelbarrow. "[Wait, I will push|Let me]!" Three of them pulled now, [and it creaked a bit|and the earth shook], but that was all.
    "[We need somebody strong|We need a giant|It is no use]," {said other}. "[Can I help|May I pull too]?" asked a [tiny|very small] voice. It was [a beetle|a worm|a flea].
    "[You|Ha ha! You]?" {said friend}. "[You are as small as a crumb.|What could you do]?" But {hero} said, "[Everybody counts|Let us try|Come, take the end]."
    So they all pulled once more, {friend}, {other}, {hero} and the little one. [One, two, and|Heave, ho, and]: POP!
    | They took each other by the belt, {other} at the back, then {friend}, then {hero}, and the little one right in front. [One, two, and|Now]: POP!
    Out came the {plant}, and all of them [fell over backward|rolled down the garden].
    | There it was, the {plant}, in all its size! And they [lay on their backs and laughed|had earth in their hair].
    "[It was me|Did you see how strong I am?]!" said the little one. [And nobody said no|And maybe it was true].
    There was soup for [a week|the whole village|everybody], and the little one got the [first|biggest] bowl.
    | They made soup of it, and {plant} cake, and {plant} bread. Nobody could look at {an plant} for a whole year.
    """),

  // Something is broken in the village.
  Plot(
    """
    who = who mends {an broken} | and the broken {broken} | who wants to mend the {broken}
    about = a broken {broken} | working together | mending things
    broken, part, tool = bridge / boards / hammer | gate / hinges / screwdriver | roof / tiles / ladder | fence / boards / hammer | boat / planks / hammer | swing / ropes / knife | well / stones / shovel | wall / bricks / trowel
    After the [storm|long winter|big rain], the old {broken} {in place} was broken.
    | {When}, [crack|crash]! The {broken} {in place} broke in two.
    "[Somebody should do something|This cannot stay like this|What a pity]," they all said, and then they all went home. Only {hero} stayed.
    | Everybody complained about it. [The baker complained|The teacher complained|Even the birds complained]. Only {hero} rolled up {his} sleeves.
    "[I will do it myself|How hard can it be?|Then I will do it]," {said hero}. {He} fetched some {part} and {an tool}.
    {He} worked until noon. The {part} were [heavy|crooked]. [The sun burned|It began to rain]. The {broken} looked worse than before.
    | By lunch {he} had [three blisters|a hurting back], and the {broken} looked [like a hedgehog|as bad as before]. It was [too hot|too windy] for such work.
    "{Hello friend} [That is all wrong.|Do you need a hand|May I]?" {asked friend}. "[No, thank you|I can do it alone]," {said hero}, and hurt {his} own thumb. "Ouch! [Well, maybe yes|Yes, please]."
    {Friend} held the {part}, and {hero} used the {tool}. [That went much better|Now it went twice as fast]. They [whistled|sang|counted] as they worked.
    | One of them held, the other one worked. {Friend} gave {him} the {part}, {hero} had the {tool}, and [it was almost fun|they told each other jokes].
    ? Soon {other} came [with {food}|to look]. "[I can carry things|I have two hands too]," {said other}. And one by one the others came back.
    When the sun went down, the {broken} [was as good as new|stood there, better than ever|was done].
    | Before it was dark, the {broken} [was whole again|looked as if it had never been broken].
    "Who made that?" asked a stranger who came along the road. "[We did|All of us|Everyone you see here]," {said hero}.
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
    High on a rock stood a lighthouse. {Hero} lived there with {his} {keeper}.
    | {Hero} lived in a lighthouse with {his} {keeper}. Every evening they climbed the [ninety|hundred] steps and lit the lamp.
    {When}, the {keeper} [had a fever|fell and hurt a leg|had gone to the village]. And that night the storm came.
    [Waves as high as houses|The waves beat on the rock|The wind howled like a wolf]. And the big lamp went out!
    "[There is a ship out there|I see a ship]," said {hero} at the window. "[It will hit the rocks|It cannot see the rocks]!"
    ? {He} ran up the steps, [all ninety of them|two at a time]. {He} tried to light the lamp. [The oil was gone|The wind blew it out], once, twice, three times.
    "[What now?|Think, think]," {he} said. Then {he} had an idea.
    either
    {He} put every candle of the house into the window, [big ones and small ones|forty of them]. {He} held a mirror behind them. And the light flew out over the sea.
    or
    {He} rang the old fog bell. Ding, dong! {He} rang it until {his} arms hurt, and then {he} rang on.
    or
    {He} made a fire on the rock out of [an old chair|a broken boat]. The sparks flew. It was as bright as day.
    then
    ? "[Turn|To the left|Watch out]!" somebody shouted out on the water. And slowly, slowly, the ship turned away from the rocks.
    In the morning, {friend} stood at the door, [wet and tired|still dripping]. "{Hello friend} I was on that ship," {said friend}. "[We were forty people|We would all be at the bottom now]. [Who kept the light|Who was it]?"
    | At sunrise there was a knock. {Friend} came in, [gray with salt|with no shoes], and sat down without a word. "That light," {said friend} after a time. "We saw it just in time."
    "[I was|It was me|I only did what I could]," {said hero}. {Friend} [said nothing and took off the wet hat|gave {him} a golden button from a coat|shook {his} hand for a long time].
    And the {keeper} said, "[Tomorrow you shall have your own key to the tower|Now there are two keepers here]."
    """),

  // The bird that stays for the winter.
  Plot(
    """
    fits = town land
    who = who helps a bird | who helps {an bird} | and {an bird} in winter | who takes care of a hurt {bird}
    about = a hurt {bird} | winter | {an bird} that could not fly
    bird = swallow | stork | robin | goose | crane | sparrow
    when = In late autumn | One cold day in November | When the first snow fell | On a gray day in autumn
    {When}, the birds flew south. But one of them, a little {bird}, [sat in the leaves|could not fly]. A wing hung down.
    | {When}, {hero} found a little {bird} [under a hedge|by the road|on the doorstep]. A wing was broken.
    "[They left without me|The others are gone]," said the {bird}. "[What will become of me?|I have never seen the winter]."
    "[Then you will see it with me|You can stay with me|I have a stove and a spare blanket]," said {hero}, and took the {bird} home.
    {He} tied a soft band around the wing and made a bed [in a hat|in an old shoe|in a bread basket].
    | At first the {bird} [was afraid|would not eat]. {Hero} put down {food} and looked the other way. In the morning the plate was empty.
    Outside it snowed. Inside, {hero} told stories about the [village|forest], and the {bird} told stories about [warm lands|the great river|places where it never snows].
    ? "What is that white stuff?" asked the {bird}. "Snow," {said hero}. "Taste it." The {bird} tasted it and [sneezed|laughed].
    ? "[Will my wing get well|Will I ever fly again]?" asked the {bird} in the evenings. "[A little more patience|When the snow melts, we will see]," {said hero}.
    Then came the first warm day. {Hero} opened the window [with a heavy heart|wide]. The {bird} [beat its wings, once, twice|jumped], and flew!
    | One morning, the snow was gone. {Hero} carried the {bird} outside [and did not say anything|and wanted to cry]. It looked at the sky, and then it was up there!
    "[Fly south|Fly to your friends]," called {hero}. But the {bird} sat down on the roof and sang. "[They are all on the way back here|Why should I? It is spring]!"
    ? All summer long it lived in the [apple tree|roof] over the window. [And when autumn came, it flew away with the others, and came back in spring.|Every morning it woke {hero} with a song.]
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
    | Tick, tock, tick, and then nothing. The big clock of the town [stood still|had stopped]!
    Nobody woke up. The baker slept. [The teacher slept|The children slept]. [Even the cats|Even the mayor] slept. Only {hero} was awake.
    | Without the clock nobody knew what time it was. So they all slept on, [the teacher and the mayor|the baker and the hens], and only {hero} was up.
    ? {Hero} [knocked on doors.|called, "Good morning!"|shook the baker.] "[Five more minutes|It is not time yet|Look at the clock]," they mumbled, and went on sleeping.
    So {he} climbed up the tower, [step by step|all two hundred steps], and opened the little door. There sat {friend}, with a lamp.
    | There were two hundred steps up to the clock. {Hero} took them all, [in the dark|one by one]. Up there {he} found {friend}, [with a lamp|who rubbed both eyes].
    "{Hello friend} [Do you know what is wrong?|I heard it stop]," {said friend}. Together they looked into the clock. It was easy to see: {cause}.
    "[That is all|So that was it]?" {said hero}. {He} {mend}. [Nothing happened|It was quiet]. And then: tick. And then: tock.
    ? BONG! went the bell, {strokes} times. Down in the streets, all the windows opened. "[We are late|Where is my other shoe?|Good morning]!" everybody shouted.
    ? The bread was late that day, and school began at noon. Nobody minded.
    "Who looks after the clock from now on?" asked the mayor. Everybody looked at {hero}.
    | The mayor came to say thank you, [in slippers|with one boot]. "[This town needs somebody who is awake|Here is the key of the tower]," said the mayor to {hero}.
    ? So now {hero} has the key of the tower. And if {he} sleeps a little longer on Sundays, [so does the whole town|nobody knows it].
    """),
]
