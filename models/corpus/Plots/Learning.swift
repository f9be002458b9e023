// What one can learn, and what one can do already.

let learning = [
  // A skill.
  Plot(
    """
    fits = all
    who = who wants to {skill} | who learns to {skill} | who could not {skill} | who wanted to learn how to {skill}
    about = learning to {skill} | never giving up | learning something new
    skill = @skills
    {When}, {hero} saw [somebody|a stranger] {skill}. "[I want to do that too|How does that work?|If only I could do that]!" {he} [said|thought].
    | {Hero} wanted to {skill} more than anything. {He} just did not know how.
    | All {his} friends could {skill}. Only {hero} could not.
    {He} tried it [in the morning and at noon|once, twice, ten times]. [It went wrong every time|It was much harder than it looked].
    | The first try was bad, [and the second was worse|and so was the second|and nobody saw the second].
    "[I will never learn it|I give up|I am too silly for this]," {he} [sighed|said] and sat down {spot}.
    "{Hello friend} [May I tell you something?|I saw you try|That was not so bad]," {said friend}. "[I could not {skill} either, for a whole year|I was worse than you at first|My grandmother taught me to {skill}]."
    "[Will you show me|Can you teach me|Would you help me]?" asked {hero}. "[Gladly|If you bring {food}|If you promise to laugh at your mistakes]," {said friend}.
    ? "[Slowly|A little every day|First the easy part]," {said friend}. "[Mistakes are the stairs|You cannot learn without mistakes|Nobody can do it at once]."
    So they met {in place} every [morning|evening|Tuesday]. [Day after day|Week after week], {hero} got [a little|a tiny bit] better.
    | Sometimes {hero} was [angry|tired]. Sometimes it rained. But {he} always came.
    either
    And one day, just like that, {he} could {skill}! {He} [was so surprised that {he} stopped|did it again to be sure].
    "[Did you see that?|Look, look]!" {he} cried. "[I saw it.|I knew it all the time.|Who was it that wanted to give up]?" {asked friend}.
    or
    At the next party, somebody asked, "Who can {skill}?" Everyone was quiet. Then {hero} stepped forward.
    {He} did it, [with one little mistake|not very well], but so happily that everyone [clapped|wanted to learn it too].
    then
    ? "[What shall we learn next?|And now teach me something]," {said friend}.
    Now {hero} teaches the little ones to {skill}. "[You can do it|Slowly, slowly]," {he} tells them.
    | It was not magic. It was only practice, and that is nearly the same.
    """),

  // A race: winning is not everything.
  Plot(
    """
    fits = dry
    who = who runs in a race | who wants to win a race | who wants to win the {prize} | and the big race
    about = a race | a race | winning | winning and losing | fair play
    prize = @prizes
    {When}, there was a big race {to place}. The prize was {a prize}.
    | "[Hear, hear|Come one, come all]! A race {to place}! The winner gets {a prize}!" {Hero} heard it and [began to train|could think of nothing else].
    ? {Hero} had practiced [for weeks|every morning|up and down the hill]. "[I will win|This time I will be first]," {he} said.
    {Friend} stood beside {him}. "[I have never lost|You may look at my back|May the better one win]," {said friend}.
    "[Ready, steady, go|One, two, three, go]!" [Off they went|Dust flew up|Everybody ran]. {Hero} was [third|fourth|in the middle], [then second, then|but then] right behind {friend}.
    either
    But then {friend} [stepped into a hole|stumbled over a root] and fell. "[Ouch|My foot]!" The way was free!
    {Hero} ran past. One step, two steps. Then {he} stopped and turned around. "[Put your arm around me|Lean on me|Up you get]," {he} said.
    Together they limped over the line, last of all. And nobody had ever heard such cheers.
    "You could have won {a prize}," {said friend}. "[I can win next year|What would I do with it alone?|But you could not walk]," {said hero}.
    or
    At the last corner {hero} [took a short way through the bushes|crept under a fence]. Nobody saw it. And so {he} was first!
    Everybody clapped, but {hero} did not feel like a winner. {He} looked at the {prize}, and it looked back.
    "Wait!" {he} said at last. "[I took a short way|I did not run it all]. The {prize} belongs to {friend}." [It was very quiet|Everybody stared].
    "[That was harder than any race|I could not have said that]," {said friend}, and shook {his} hand.
    or
    They ran [side by side|nose to nose]. And then, a step before the line, {hero} heard {friend} [panting|laughing], and had to laugh too.
    They laughed so much that they fell over the line together. "Who was first?" asked everybody. Nobody could say.
    The {prize} was given to both of them. [Monday to Wednesday it stood with {hero}, and the rest of the week with {friend}.|They shared it on the spot.]
    then
    "[Same time next year|Shall we train together]?" asked {hero}. "[With you, always|Yes, but not too early]," {said friend}.
    | And the next morning, two of them were running up the hill, side by side.
    """),

  // The proud one.
  Plot(
    """
    nature = proud | boastful | vain
    tags = plain
    who = who was very proud | who always boasts | who thinks that {he} is the best
    about = pride | boasting | somebody who always has to be the best
    skill, test = jump the farthest / jump over the brook | run the fastest / run once around the field | sing the loudest / sing across the valley | climb the highest / climb the old tree | lift the most / lift the big stone | dance the best / dance on one leg
    {Hero} was very proud. "I can {skill}," {he} said in the morning. "I can {skill}," {he} said at night. [Nobody wanted to hear it anymore|Everybody yawned].
    | Nobody could talk to {hero} for long. "[Who is the best? I am|Look at me]!" {he} would say. "I can {skill}!"
    {When}, {friend} [had enough|put down the broom]. "[Show us|Well then]," {said friend}. "If you can {skill}, then {test}."
    "[Nothing easier|Ha! Watch this|With one eye closed]," {said hero}, [and everybody came to look|and they all came to watch|and soon there was a big crowd].
    {He} [bowed to the left and to the right|winked at the crowd|took off {his} hat]. Then {he} began.
    either
    And [bump|splash|plop]! There {he} lay, [with mud on {his} nose|upside down|with {his} legs in the air].
    Everyone was very quiet. They were waiting for {him} to be [angry|cross]. {Hero} [wiped {his} face|sat up]. And then {he} began to laugh.
    "[That was the worst one ever|Well, that was something|I think I need a bath]," {he} said, and now they all laughed, but in a friendly way.
    or
    {He} did it [very well|quite well]. But then a little one, [no bigger than a thumb|the smallest of all], [asked, "May I try?"|said, "Now me!"|wanted to try.] [And the little one did it better|That was much better|And the little one was twice as good].
    {Hero} [opened {his} mouth and closed it again|turned red|was very quiet]. "[How did you do that|Can you show me]?" {he} asked at last. [It was the first time that {he} had asked anybody anything|Never before had {he} asked anybody].
    "[Sure|It is easy|Yes]," said the little one. "First you [stop talking|listen|must be quiet]."
    then
    "[You know|To tell the truth]," {said friend}, "[I like you much better like this|we were only waiting for you to laugh at yourself]."
    | From that day on, {hero} asked others what they could do, and you would not believe how much that was.
    """),

  // Too small, and just right.
  Plot(
    """
    who = who is too small | who was very small | who wants to be big
    about = being small | somebody who is too small | growing up
    hero = mouse | ant | ladybug | sparrow | snail | kitten | hamster | wren | girl: she | boy: he | elf | chick | bee | duckling | frog | gnome | button | girl: she | boy: he
    nature = tiny | little | small
    trouble, mend = the key of the school fell into a crack in the floor / climb into the crack and bring up the key | a baby bird fell into a narrow pipe / crawl into the pipe and push the bird out | the big bell of the tower would not ring / climb inside the bell and pull out an old nest | the ring of the queen rolled under the floor / crawl under the floor and find the ring | the wheel of the mill stood still / slip between the wheels and pull out a stone | the door was locked from inside / squeeze through the keyhole and open the door
    "You are too small," they always told {hero}. [Too small to carry water|Too small to see the show|Too small for the big games], too small for everything.
    | {Hero} was the smallest {in place}. "[Out of the way|Mind your feet, there is somebody down there|You are too small to help]!" the others said.
    Every morning {he} [measured {himself}|stood on tiptoe]. [Not a bit taller|The same as yesterday].
    ? {He} ate more soup. {He} hung from a branch. [Nothing helped|It only gave {him} long arms].
    {When}, something bad happened: {trouble}. Everyone [came running|stood around|talked at the same time].
    {Friend} tried [with a long stick|with all strength|first]. {Other} tried too. [All of them were too big|They were much too big|It did not work].
    "[Now what?|What shall we do?|If only somebody were very small]," {said friend}. [Then it was quiet, and everyone looked down at {hero}|Then everyone looked down at {hero}|And all eyes went to {hero}].
    "[Me|Who, me]?" asked {hero}. "[Please|You are the only one who can do it]," {said friend}. "You could {mend}."
    {His} [heart beat fast|knees shook]. [It was dark and dusty|It was hard|{He} got stuck once]. But {he} did it.
    ? "Hooray!" they [shouted|cheered]. They carried {him} [around the place three times|home|around and around], [up on their shoulders|high above all heads].
    "[Small is just the right size|Who is too small now?|How good that you did not grow]," {said friend}.
    | "[I do not want to be taller today|I like my size]," {said hero}. "[Maybe tomorrow|At least for now]."
    | That evening, {he} did not measure {himself}. {He} had grown [enough|in another way].
    """),

  // A question for everybody.
  Plot(
    """
    fits = all
    who = who asks {question} | who asks many questions | who wants to know {question}
    about = a big question | somebody who asks many questions | being curious | curiosity
    question = why the sky is blue | where the wind comes from | what is behind the hills | how many stars there are | why the sea is salty | where the sun goes at night | what happiness is | why leaves turn red | who made the first song | how long a minute is
    {Hero} wanted to know {question}. [Nobody had told {him}|It would not leave {his} head].
    | {When}, {hero} woke up with a question. It was this: {question}.
    "[You must know it|You are so clever]," {he} said to {friend}. {Friend} [thought hard|looked important]. "[It was always like that|Because my grandfather said so|I knew it yesterday]."
    {Hero} [thanked {friend}|was polite], [but that could not be right|but it was not much of an answer]. {He} {went} on {to place}.
    There sat {other}. "{Hello other} [Questions make me hungry|That is a good one|Nobody has ever asked me that]," {said other}. "I think it has to do with [cheese|music|the moon|big birds|love]."
    | There {he} met {other}. "I knew it once, but I forgot it," {said other}. "Ask [the wind|an older one|somebody with a beard]."
    ? @!sea @!sky {Hero} asked [a river|an old tree]. It [whispered|murmured] something, but {hero} did not understand it.
    | @sea {Hero} asked [the waves|an old rock], but {hero} did not understand the answer.
    | @sky {Hero} asked [the night|the rain], but {hero} did not understand the answer.
    either
    @!sea @!sky At last {he} came to an old woman in front of a small house. "[Sit down|Come here]," said the old woman. "I know {question}." And the answer came in a whisper, right into the ear of {hero}.
    [{He} began to smile|{His} eyes grew big]. "[Of course|So that is it]!" And what was it? [You must ask somebody, as {hero} did|I promised not to tell].
    or
    When {he} came home, {he} still did not know it. But now {he} had [seven|nine] answers, one sillier than the other. {He} wrote them all down.
    It became a very funny book. [Everybody wanted to read it|Even {friend} laughed over it], and at the end there was an empty page, for the right answer.
    or
    @!sea @!sky In the evening {he} lay on {his} back in the grass and looked up. {He} looked for so long that the question became [quiet|soft].
    | @sea In the evening {he} looked at the waves for a long time, and the question became [quiet|soft].
    | @sky In the evening {he} looked down at the world for a long time, and the question became [quiet|soft].
    "[I do not know it|Maybe nobody knows it]," {he} said. "[But it is nice to wonder|It is good that there are questions left]."
    then
    And the next morning? {Hero} [woke up with|had] a new question.
    | The next day, {hero} had [a new question|another question|two new questions].
    | "[I like questions better than answers|One question less, a hundred left]," {said hero}.
    """),

  // An instrument nobody wants to hear.
  Plot(
    """
    fits = dry
    who = who plays the {tool} | who plays the {tool} very badly | and {an tool}
    about = music | {an tool} | a band
    tool = @instruments
    {When}, {hero} found {a tool} [at the market|under an old bed]. {He} began to play at once.
    | {Hero} got {a tool} [for {his} birthday|from an uncle]. From that day on, {he} played it from morning to night.
    It sounded like [a cat in a bucket|a door that wants oil|a goose with a cold|ten angry geese]. The neighbors [closed their windows|put beans in their ears|moved their beds].
    "{Hello friend} [Must that be|Do you have to|What IS that]?" {asked friend}. "[It is music|It is a love song|I made it up]," {said hero}.
    So {hero} took the {tool} and {went} {to place}, [where nobody lived|far from everybody|all alone]. There {he} played to the [stones|bushes|clouds].
    either
    [But one night|One evening] there was a thick fog, and the children could not find the way home. [Nobody could see a hand before the eyes|Lamps did not help].
    Then {hero} played, as loud and as badly as {he} could. "That is {hero}! This way!" said the children, and followed the sound.
    Since then nobody laughs at the {tool}. They call it the lighthouse for the ears.
    or
    One day, [somebody answered|there was an answer]. From behind a bush came [another sound, just as terrible|a terrible sound]. It was {other} with an old pot.
    They played together, bang and squeak, [and it sounded almost good|and it was not so bad].
    Soon they were [the worst band in the world|a band]. People came from far away to dance to it.
    or
    {He} played all summer. And slowly, so slowly that {he} did not notice, the [squeaks became tones|tones became a tune].
    In autumn {friend} came by and [stood still|listened]. "Who is playing so well?" {asked friend}. "[It is me|I am]," said {hero}, and turned red.
    then
    ? "[Play it again|One more]!" said {friend}.
    [And every evening|Now, every night], when the wind is right, you can hear {a tool} {in place}.
    | "[I told you that it was music|You see? It is music|It was music all along]," {said hero}.
    """),
]
