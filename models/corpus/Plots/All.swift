/// Every plot, a page each.
let plots: [Plot] =
  losing + courage + learning + helping + giving + friends + mischief + journeys + town + seasons
  + pairs
