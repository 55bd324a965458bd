// What a screen reader is told of the run: settled results only, in one line, when nothing has moved for a moment.

const SETTLED_AFTER = 900;

/** Says what is looked at when somebody looked at something else and stays there: not while a run plays, nor at the start. */
class Announcer {
  constructor(box) {
    this.box = box;
  }

  /** `about` names what is looked at, `words` tells it. */
  rest(isPlaying, about, words) {
    const isFirst = this.about === undefined;
    if (!isPlaying && about === this.about) return;
    clearTimeout(this.timer);
    this.about = isPlaying ? "playing" : about;
    if (!isPlaying && !isFirst) this.timer = setTimeout(() => { this.box.textContent = words(); }, SETTLED_AFTER);
  }
}

/** Both tables in a month, and whom the reasons are about. */
function tablesInWords(answer, step, name) {
  const told = SIDES.filter((side) => answer[side].example).map((side) => {
    const { example } = answer[side];
    const month = monthOf(example, step);
    const partner = seatOf(example, name);
    const rank = partner < 0 ? -1 : example.rank(month, partner);
    const body = rank < 0 ? "" : `${partnerLabel(answer, name)}: ${RANKS[rank]}.`;
    return [`${LETTER[side]}:`, attendanceWords(example, month), decisionWords(example, month), body].filter(Boolean).join(" ");
  });
  return `${monthName(answer.start, step)}. ${told.join(" ")}`;
}
