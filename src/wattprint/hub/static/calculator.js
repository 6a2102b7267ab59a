/* While one types: fields whose message tells of a fault are marked for those who hear the page. */
"use strict";
(() => {
  const mark = () => {
    for (const said of document.querySelectorAll("#calculation .said")) {
      const field = document.getElementById(said.id.replace(/-said$/, ""));
      if (!field) continue;
      if (said.dataset.faultOf) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
  };
  document.addEventListener("htmx:afterSettle", mark);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#answer a[href^='#']");
    const field = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!field) return;
    event.preventDefault();
    const folded = field.closest("details");
    if (folded) folded.open = true;
    field.focus();
  });
})();
