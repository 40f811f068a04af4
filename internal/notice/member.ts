// Leaving in a hurry: an empty page takes the place of this one, so that "back" does not lead here. Escape twice does
// the same as the button; once is what people press for other things.
const leaving = document.querySelector<HTMLElement>("[data-leave]");
if (leaving) {
  const leave = (event: Event) => {
    event.preventDefault();
    document.documentElement.hidden = true;
    location.replace("about:blank");
  };
  leaving.addEventListener("click", leave);
  let pressed = 0;
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (event.timeStamp - pressed < 1000) leave(event);
    pressed = event.timeStamp;
  });
}

export {};
