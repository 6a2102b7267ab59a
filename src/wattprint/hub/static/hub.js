/* What pages do beyond links and forms; all of it may fail, and the page still works. */
"use strict";
(() => {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    if (!source || !navigator.clipboard) return;
    const text = "value" in source && source.value !== undefined ? source.value : source.textContent;
    navigator.clipboard.writeText(text).then(() => {
      const words = button.textContent;
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = words; }, 1500);
    });
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-send-on-change]");
    if (form) form.requestSubmit();
  });
})();
