/* A link to a page that asks "really?" opens the dialog on this page instead, which sends the same form. */

export function enhance(link) {
  const dialog = document.getElementById(link.dataset.dialog);
  if (!dialog?.showModal) return;
  link.setAttribute("aria-haspopup", "dialog");
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    dialog.showModal();
  });
  // A click on the backdrop has the dialog itself as its target; the form covers all of the inside.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
  });
}
