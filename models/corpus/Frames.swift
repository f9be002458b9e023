// How stories begin and end, whatever they tell in between.

let times = list(
  """
  One day, One day, One morning, One fine morning, Early one morning, One Sunday, One Friday morning,
  One day after breakfast, Not long ago, One day last week, One Saturday, Just the other day, One sunny day, One fine day
  """)
let thatDay = list(
  "That day, That day, That very day, That same day, On that day")

/// Openings behind which the plot names the day.
let openings = Page(
  """
  [Once upon a time|Long ago|Once|A long time ago], there was {hero}, who lived {home}.
  | Once upon a time, {hero} lived {home}.
  | There [was once|once was|once lived] {hero} {home}.
  | [Once upon a time|Long, long ago|In the old days], there [was|lived] {hero} {home}.
  | {Hero} lived {home}.
  | {Hero} had a home {home}.
  | @named {Name} was {a kind}, and {he} lived {home}.
  | @named {Name} was {a kind}. {He} lived {home}.
  | @named Do you know {name}? {Name} is {a kind} who lives {home}.
  | @named [My friend|Everyone's friend|Our friend] {name} was {a kind}. {He} lived {home}.
  | This is [a story about|the story of] {hero}. {He} lived {home}.
  | [Listen! This is|Here is] the [story|tale] of {hero}.
  | [I want to|Let me|Today I will|Come, I will] tell you about {hero}. {He} lived {home}.
  | [My grandmother|My grandfather|An old sailor|My uncle] told me about {hero}, who lived {home}.
  | If you ever [come|go] {to place}, ask for {hero}. Everyone there knows this story.
  | [Somewhere|Far away|Not so far from here], {home}, there lived {hero}.
  | [Have you heard of|Did you ever hear about] {hero}? [Then listen|No? Then listen|Well, here is the story].
  | @named @!child They called {him} {name}. {He} was {a kind}, and {his} home was {home}.
  | @child {Hero} lived {home} with {his} [mother|father|grandmother|grandfather|parents|mother and father].
  | @child {Hero} was [five|six|seven|eight] years old and lived {home}.
  | Everyone {in place} knew {hero}.
  | Nobody {in place} knew where {hero} came from, but everybody liked {him}.
  """)

/// Openings that name the day themselves.
let dayOpenings = Page(
  """
  @!goes It was a [sunny|windy|warm|bright|lovely|quiet] [day|morning], and {hero} was {in place}.
  | @!goes It was [spring|summer|autumn|a day in May|the last day of summer|the first day of spring]. {Hero} was sitting {in place}.
  | The sun was [up|shining|warm|bright], the birds [sang|were singing], and {hero} had nothing to do.
  | @person {Hero} woke up [early|late|with a smile|with a yawn] and looked out of the window.
  | {Hero} [woke up early|woke up late|opened one eye, then the other|stretched and yawned]. "[What a fine day|Today will be a good day|I wonder what will happen today]!" {he} said.
  | "[What a beautiful morning|What a day|Hello, world]!" said {hero}.
  | @!goes Every [morning|day|Sunday], {hero} {went} {to place}.
  | @!goes [Breakfast was over|The dishes were done], and {hero} {went} {to place}.
  | @!goes {Hero} was on the way {to place}.
  | The wind blew [softly|hard|from the sea|from the hills], and {hero} was [happy|humming a song|counting clouds].
  | @!goes Nothing ever happened {in place}. At least that is what {hero} thought.
  | {Hero} was {going} home, [humming a song|counting {his} steps|thinking of lunch|looking at the sky].
  """)

/// What one is like. Nothing of this matters later.
let traits = Page(
  """
  {He} liked to [sing|dance|read|paint|laugh|tell stories|count the clouds|listen to the wind|sit in the sun|look at the stars|ask questions].
  | {He} [loved|liked] {food} [more than anything|very much|best of all|almost as much as stories].
  | {He} was [always|often|almost always] [happy|hungry|full of ideas|ready to help|in a hurry|a little late].
  | {He} had [a big heart|a warm smile|a good heart|bright eyes|a hundred ideas a day].
  | Everyone [liked|loved] {him}, because {he} was so [kind|funny|friendly].
  | {He} dreamed of [great adventures|faraway lands|the moon and the stars|seeing the world].
  | {He} was not the [fastest|strongest], but {he} was [very clever|very kind].
  | In the morning {he} [sang|slept late|worked], and in the evening {he} [told stories|played].
  | {He} [liked two things|was fond of two things|needed two things to be happy]: [songs|stories|good jokes|long walks|naps] and {food}.
  | {He} [always said hello to everyone|laughed at {his} own jokes|asked a hundred questions a day].
  | "[Every day is a new day|You never know until you try|Slow is fine too|A good laugh is half a lunch]," {he} liked to say.
  | @!thing {His} favorite color was [green|blue|red|yellow], and {his} favorite day was [Sunday|Monday|Saturday|today].
  """)

/// Endings behind the plot's own.
let closings = Page(
  """
  {Hero} went home with a [happy|light|warm] heart.
  | @!night That night, {hero} [slept very well|fell asleep with a smile|dreamed of it all again|was too happy to sleep].
  | @!night That evening, {hero} [looked up at the sky and smiled|told the whole story at dinner|sat for a long time and smiled].
  | Whenever {hero} thought of [it|that day], {he} [smiled|had to smile|laughed].
  | [It was a day that {hero} never forgot|{Hero} never forgot that day|Such a day one does not forget].
  | [And now|So], good night.
  | @!night {Hero} told it to [everybody|the moon|nobody|{his} pillow] before {he} went to sleep.
  | And {hero}? {He} was the happiest of [all|them all].
  | [You do not believe it|Do you not believe me|Is it true]? [Ask {hero}|Go {to place} and ask].
  | And that is [how it was|the whole story|why {hero} still smiles today].
  | [People|They] still tell this story {in place}.
  | "[What a day|That was a good day|Tomorrow will be a good day too]," {said hero}.
  | What do you think {hero} did the next day? [The very same|Nobody knows|That is another story].
  | [Soon there was|The next day brought] a new adventure, but [that is another story|of that I will tell another time|that comes later].
  | And all was well.
  | {Hero} was [happy|glad|proud|tired but happy].
  """)

let pairOpenings = Page(
  """
  [Once upon a time|Long ago|Once], there [were|lived] {both}. They lived {home}.
  | {Both} lived {home}.
  | {Both} lived next door to each other {home}.
  | This is [a story about|the story of] {both}.
  | {Both} did everything together.
  | {Both} were [always|almost always] together. They lived {home}.
  | [Have you heard of|Do you know] {both}? [Everyone {in place} knows them|Then listen].
  | {Both} were as different as [day and night|the sun and the moon|salt and sugar], but they liked each other.
  | There [were once|once were] {both}. They liked [the same songs|the same games|to laugh|to tell stories].
  | @!goes It was a [sunny|windy|warm|quiet|lovely] [day|morning], and {both} were {in place}.
  | @!goes {Both} were on the way {to place}.
  """)

let pairClosings = Page(
  """
  @!night That night, they both [slept very well|dreamed the same dream|fell asleep at once].
  | From that day on, {both} were better friends than [ever|before].
  | {Both} went home [hand in hand|side by side|together], [singing|laughing|tired but happy].
  | They [laughed about it|talked about it] for [days|weeks|years].
  | And {both} never forgot that day.
  | "[Again tomorrow|Shall we do it again]?" {asked hero}. "[Yes|Of course|Every day]!" {said friend}.
  | Two are better than one, as {both} [always|often] said.
  | And they [both|all] lived happily ever after.
  | If you see {both}, say hello from me.
  """)
