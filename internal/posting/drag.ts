const hold_ms = 350; // before a finger lifts a photo instead of scrolling
const start_px = 6;

/** Lets photos be dragged to another place, by mouse or by a finger that holds. The buttons do the same by keyboard. */
export function drags(root: HTMLElement, moved: (photo: string, to: number) => void): void {
  let item: HTMLElement | null = null;
  let home: Element | null = null;
  let lifted = false;
  let timer = 0;
  let [x, y] = [0, 0];

  const lift = () => {
    lifted = true;
    home = item!.nextElementSibling;
    item!.classList.add("lifted");
  };

  const end = (keep: boolean) => {
    clearTimeout(timer);
    const done = item;
    const list = done?.parentElement;
    if (done && list && lifted) {
      done.classList.remove("lifted");
      if (!keep) list.insertBefore(done, home);
      else if (done.nextElementSibling !== home) moved(done.dataset.photo!, [...list.children].indexOf(done));
    }
    item = null;
    lifted = false;
  };

  root.addEventListener("pointerdown", (event) => {
    const hit = (event.target as Element).closest<HTMLElement>("#part-photos > li");
    if (!hit || event.button !== 0 || (event.target as Element).closest(".tool")) return;
    item = hit;
    [x, y] = [event.clientX, event.clientY];
    if (event.pointerType !== "mouse") timer = window.setTimeout(lift, hold_ms);
  });

  document.addEventListener("pointermove", (event) => {
    if (!item) return;
    if (!lifted && Math.hypot(event.clientX - x, event.clientY - y) > start_px) {
      if (event.pointerType === "mouse") lift();
      else return end(false); // it scrolls
    }
    if (!lifted) return;
    const over = document.elementFromPoint(event.clientX, event.clientY)?.closest<HTMLElement>("#part-photos > li");
    if (!over || over === item) return;
    const box = over.getBoundingClientRect();
    const rtl = getComputedStyle(over).direction === "rtl";
    const after = event.clientX > box.left + box.width / 2 !== rtl;
    over.parentElement!.insertBefore(item, after ? over.nextElementSibling : over);
  });

  document.addEventListener("pointerup", () => end(true));
  document.addEventListener("pointercancel", () => end(false));
  document.addEventListener("keydown", (event) => event.key === "Escape" && end(false));
  document.addEventListener("touchmove", (event) => lifted && event.preventDefault(), { passive: false });
  root.addEventListener("dragstart", (event) => {
    if ((event.target as Element).closest?.("#part-photos")) event.preventDefault(); // the browser's own dragging of pictures
  });
}
