// Runs before the first paint, so that a remembered theme never flashes. Without it the system's preference holds.
const root = document.documentElement;
root.dataset.js = "";
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
} catch {
  // Storage can be switched off; then every page follows the system.
}
