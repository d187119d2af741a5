/** Error for the user of a command. It is printed without a stack trace. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}
