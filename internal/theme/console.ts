// The preview follows the form, and every colour can be picked as well as typed.
const form = document.querySelector<HTMLFormElement>("[data-theme-form]");

function refresh(): void {
  form?.querySelector<HTMLButtonElement>("[data-theme-preview]")?.click();
}

function pick(box: HTMLElement): void {
  const typed = box.querySelector<HTMLInputElement>("input");
  if (!typed) return;
  const picker = document.createElement("input");
  picker.type = "color";
  picker.disabled = typed.disabled;
  picker.setAttribute("aria-label", typed.labels?.[0]?.textContent?.trim() ?? typed.name);
  const follow = (): void => {
    picker.value = /^#[0-9a-f]{6}$/i.test(typed.value) ? typed.value : (box.dataset.builtin ?? "#000000");
  };
  follow();
  typed.addEventListener("input", follow);
  picker.addEventListener("input", () => {
    typed.value = picker.value;
    typed.dispatchEvent(new Event("input", { bubbles: true }));
  });
  typed.after(picker);
}

if (form) {
  form.querySelectorAll<HTMLElement>(".theme-colour").forEach(pick);
  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(refresh, 350);
  });
  refresh();
}
