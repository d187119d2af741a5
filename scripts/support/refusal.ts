/** Error for the person who called a command: it is printed without a stack trace. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}
