// Filters the accounts. It runs before the accounts' sections are parsed, so that the filter is available early.
// Without it, the page shows every account.
const field = document.getElementById("filter");
const count = document.getElementById("count");
const buttons = [...document.querySelectorAll("button[data-mark]")];
const sections = document.getElementsByClassName("account");
const accounts = [...document.querySelectorAll("#fleet tbody tr")].map((row) => ({
  row,
  text: `${row.dataset.find} ${row.dataset.marks}`,
  marks: new Set(row.dataset.marks.split(" ")),
}));

function apply() {
  const words = field.value.toLowerCase().split(/\s+/);
  const marks = buttons.filter((button) => button.ariaPressed === "true").map((button) => button.dataset.mark);
  let shown = 0;
  for (const [index, { row, text, marks: its }] of accounts.entries()) {
    const found = words.every((word) => text.includes(word)) && marks.every((mark) => its.has(mark));
    row.hidden = !found;
    if (sections[index]) sections[index].hidden = !found;
    if (found) shown += 1;
  }
  const [some, all] = [shown, accounts.length].map((number) => number.toLocaleString("en-US"));
  count.value = `${some} of ${all} ${accounts.length === 1 ? "account" : "accounts"}`;
}

field.addEventListener("input", apply);
for (const button of buttons) {
  button.addEventListener("click", () => {
    button.ariaPressed = String(button.ariaPressed !== "true");
    apply();
  });
}
document.getElementById("controls").hidden = false;
document.addEventListener("DOMContentLoaded", apply);
apply();
