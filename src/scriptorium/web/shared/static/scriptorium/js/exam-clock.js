/* Shows the server's time. It counts by the time that passed here, so a changed clock of the
   device changes nothing, and each answer of the server sets it right. */

const ANNOUNCED = [15, 5, 1];

export class Clock {
  constructor(bar, atEnd) {
    this.shown = bar.querySelector("[data-time]");
    this.words = bar.querySelector("[data-time-words]");
    this.hide = bar.querySelector("[data-hide-time]");
    this.atEnd = atEnd;
    this.set(Number(this.shown.dataset.seconds));
    this.hidden = sessionStorage.getItem("exam-time") === "hidden";
    this.hide.hidden = false;
    this.hide.addEventListener("click", () => {
      this.hidden = !this.hidden;
      sessionStorage.setItem("exam-time", this.hidden ? "hidden" : "shown");
      this.draw();
    });
    this.draw();
    this.ticking = setInterval(() => this.draw(), 1000);
  }

  set(seconds) {
    this.end = performance.now() + seconds * 1000;
    this.next ??= ANNOUNCED.find((minutes) => minutes * 60 < seconds) ?? 0;
  }

  left() {
    return Math.max(0, Math.round((this.end - performance.now()) / 1000));
  }

  draw() {
    const left = this.left();
    const hours = Math.floor(left / 3600);
    const minutes = Math.floor((left % 3600) / 60);
    const two = (number) => String(number).padStart(2, "0");
    this.shown.textContent = this.hidden ? "Time hidden" : `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(left % 60)}`;
    this.hide.textContent = this.hidden ? "show" : "hide";
    this.shown.toggleAttribute("data-low", left <= 60);
    if (this.next && left <= this.next * 60) {
      this.words.textContent = `${this.next} minute${this.next === 1 ? "" : "s"} left`;
      this.next = ANNOUNCED.find((other) => other < this.next) ?? 0;
    }
    if (left === 0) {
      clearInterval(this.ticking);
      this.atEnd();
    }
  }
}
