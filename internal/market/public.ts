// What a page of results needs, and the suggestions of a field that somebody is about to type into, come when they are needed.
if (document.getElementById("filters")) void import("./scripts/results.ts");

function suggest(target: EventTarget | null): void {
  if (!(target instanceof HTMLInputElement) || !target.dataset.complete) return;
  void import("./scripts/complete.ts").then(({ complete }) => complete(target));
}
document.addEventListener("focusin", (event) => suggest(event.target));
suggest(document.activeElement);

export {};
