// Buttons that copy a text. Without scripts they stay hidden, and the text is selected by hand.
"use strict";
for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = source.value ?? source.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch { // refused, or not of this machine: only https and loopback pages have a clipboard
      source.closest("details")?.setAttribute("open", "");
      getSelection().selectAllChildren(source);
      source.select?.();
      document.execCommand("copy");
    }
    button.nextElementSibling.textContent = "Copied";
  });
}
