/* Keeps the section that is being read, so that reading goes on there on any device.
   Without scripts the chapter itself is kept, at each opening. */
const reader = document.querySelector("[data-place]");
const token = document.querySelector("[data-reader-form] [name=csrfmiddlewaretoken]")?.value;
const PAUSE = 4000;

if (reader && token) {
  const sections = [...reader.querySelectorAll(".leaf[id]")];
  const links = new Map(
    [...reader.querySelectorAll(".reader-sections a")].map((link) => [link.hash.slice(1), link]),
  );
  let kept = "";
  let timer = 0;

  const current = () => {
    const line = innerHeight / 3;
    const begun = sections.filter((section) => section.getBoundingClientRect().top < line);
    return (begun.at(-1) ?? sections[0])?.id ?? "";
  };

  const keep = () => {
    clearTimeout(timer);
    timer = 0;
    const section = current();
    if (!section || section === kept) return;
    kept = section;
    fetch(reader.dataset.place, {
      method: "POST",
      body: new URLSearchParams({ section, csrfmiddlewaretoken: token }),
      keepalive: true,
    }).catch(() => { kept = ""; });
  };

  const mark = () => {
    const section = current();
    for (const [id, link] of links) {
      if (id === section) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    }
    if (!timer) timer = setTimeout(keep, PAUSE);
  };

  addEventListener("scroll", mark, { passive: true });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") keep();
  });
  mark();
}
