import Console
import Llama2

runProgram("look", usage: Options.usage) { arguments in
  let options = try Options(arguments)
  // Made before anything is computed for it.
  let sources = [options.checkpoint, options.tokenizer].compactMap { $0 }
  let file = try TargetFile(
    checkedTarget(
      options.output, force: true, sources: sources,
      kind: ("a page", String(pageHead.prefix { $0 != "\n" }))),
    size: 1 << 20)
  let llama = try Llama(
    named: options.checkpoint, tokenizer: options.tokenizer, threads: options.threads,
    template: options.template)
  try options.choice.checkTokens(vocabSize: llama.config.vocabSize)
  for note in llama.notes { Output.note("look: \(options.checkpoint): \(note)") }
  let text = try LookedAt(llama, options)
  let trace = try Trace(
    llama, options.checkpoint, text.tokens, temperature: options.choice.temperature)
  let page = Page(trace, of: text, llama, options).html
  try page.withUnsafeBytes(file.write)
  try TargetFile.commit([file])
  Output.note(
    "\(options.output): \(text.tokens.count) tokens, \(megabytes(page.count)): open it in a browser"
  )
}
