/// Every plot, a page each.
let plots: [Plot] =
  losing + courage + learning + helping + giving + friends + mischief + journeys + town + seasons
  + pairs

/// Those of which a request has words that are drawn.
let bindingPlots = plots.filter(\.isBinding)
