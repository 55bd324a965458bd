// What a screen reader is told of the run: settled results only, in one line, when nothing has moved for a moment.

const SETTLED_AFTER = 900;

/** Say the month, and the body if it is another one, once both rest. */
class Announcer {
  constructor(box) {
    this.box = box;
  }

  rest(isPlaying, words) {
    clearTimeout(this.timer);
    if (isPlaying) return;
    this.timer = setTimeout(() => this.say(words()), SETTLED_AFTER);
  }

  say(text) {
    clearTimeout(this.timer);
    if (this.box.textContent !== text) this.box.textContent = text;
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
