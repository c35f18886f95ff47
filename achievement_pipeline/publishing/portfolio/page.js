(() => {
  "use strict";
  const form = document.getElementById("filters");
  if (!form) return;
  const shown = document.getElementById("shown");
  const years = [...document.querySelectorAll(".year")].map((node) => ({ node, items: [...node.querySelectorAll(".item")] }));
  const items = years.flatMap((year) => year.items);
  const facets = ["theme", "place", "year"].filter((name) => form.elements[name]);
  const skills = new Map(items.map((item) => [item, new Set(item.dataset.skill.split("|"))]));
  let texts = null;

  // what is searched is read when the first search begins: opening the page costs nothing
  const textOf = (item) => {
    texts ??= new Map(items.map((each) => [each, each.textContent.toLowerCase()]));
    return texts.get(item);
  };
  const wanted = () => {
    const words = form.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const skill = form.elements.skill.value;
    const chosen = facets.map((name) => [name, form.elements[name].value]).filter(([, value]) => value);
    return (item) =>
      chosen.every(([name, value]) => item.dataset[name] === value) &&
      (!skill || skills.get(item).has(skill)) &&
      words.every((word) => textOf(item).includes(word));
  };
  const number = new Intl.NumberFormat("en");
  const filter = () => {
    const matches = wanted();
    let count = 0;
    for (const { node, items } of years) {
      let stay = 0;
      for (const item of items) {
        const match = matches(item);
        if (item.hidden === match) item.hidden = !match;
        stay += match;
      }
      count += stay;
      node.hidden = !stay;
      // a year that is out of sight is not laid out: about so high it is
      node.style.containIntrinsicBlockSize = `${3 + 6.2 * stay}rem`;
    }
    shown.textContent = `${number.format(count)} of ${number.format(items.length)}`;
  };
  let waiting = 0;
  const soon = () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(filter);
  };
  form.addEventListener("input", soon);
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-filter]");
    if (!link) return;
    form.reset();
    form.elements[link.dataset.filter].value = link.dataset.value;
    filter();
  });
  form.hidden = false;
  filter();
})();
