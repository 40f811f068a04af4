// A control that belongs to a form but stands outside of it, such as the order of results, sends it when it changes.
document.addEventListener("change", (event) => {
  const control = event.target;
  if (control instanceof HTMLSelectElement && control.dataset.outside !== undefined) control.form?.requestSubmit();
});

export {};
