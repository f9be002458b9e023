import Llama2

/// The README's view model: a whole text, and one that is cancelled, a line each.
@main
@MainActor
struct App {
  static func main() async throws {
    let llamas = try CommandLine.arguments[1...2].map { try Llama(checkpoint: $0) }
    let story = Storyteller(llamas[0])
    story.write("the rain")
    story.write("not while another is written")
    try await wait { !story.isWriting }
    print(story.text.debugDescription, story.problem ?? "")

    let endless = Storyteller(llamas[1])
    // One that ends by itself is written again.
    repeat {
      endless.write("the rain")
      try await wait { endless.text.utf8.count > 20 || !endless.isWriting }
    } while !endless.isWriting
    endless.cancel()
    try await wait { !endless.isWriting }
    let text = endless.text
    try await Task.sleep(for: .milliseconds(100))
    print(endless.text == text, endless.problem ?? "")
  }

  private static func wait(_ condition: () -> Bool) async throws {
    while !condition() { try await Task.sleep(for: .milliseconds(1)) }
  }
}
