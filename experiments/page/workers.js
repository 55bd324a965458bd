// The engine in workers, as many as the computer has cores: blocks of runs wait in line, and what nobody waits for leaves it.

const MOST_WORKERS = 8;

class Workers {
  constructor() {
    this.waiting = [];
    this.asked = new Map();
    this.number = 0;
    this.idle = [];
    this.ready = this.start();
  }

  async start() {
    const module = await unzipped(bytesOf(document.getElementById("module").textContent.trim()));
    const url = URL.createObjectURL(new Blob([document.getElementById("worker").textContent], { type: "text/javascript" }));
    for (let k = 0; k < Math.min(MOST_WORKERS, navigator.hardwareConcurrency || 2); k += 1) {
      const worker = new Worker(url);
      worker.onmessage = ({ data }) => (data.problem ? this.failed(data.problem) : this.answered(worker, data));
      worker.onerror = (event) => this.failed(event.message || "A worker could not be started.");
      worker.postMessage({ module, table: ENGINE.table });
      this.idle.push(worker);
    }
  }

  get size() {
    return this.idle.length + this.asked.size;
  }

  /** Have a block of runs lived through. With a `signal` it leaves the line when that is aborted. */
  async live(asked, signal = null) {
    await this.ready;
    if (this.problem) throw new Error(this.problem);
    return new Promise((resolve, reject) => {
      const job = { id: (this.number += 1), asked, resolve, reject };
      this.waiting.push(job);
      signal?.addEventListener("abort", () => {
        if (!this.waiting.includes(job)) return;
        this.waiting.splice(this.waiting.indexOf(job), 1);
        reject(signal.reason);
      });
      this.next();
    });
  }

  next() {
    while (this.idle.length && this.waiting.length) {
      const [worker, job] = [this.idle.pop(), this.waiting.shift()];
      this.asked.set(job.id, job);
      worker.postMessage({ id: job.id, asked: job.asked });
    }
  }

  answered(worker, { id, result, error }) {
    const job = this.asked.get(id);
    if (!job) return; // another worker could not be started, and all who asked were told
    this.asked.delete(id);
    this.idle.push(worker);
    if (error) job.reject(new Error(error));
    else job.resolve(result);
    this.next();
  }

  failed(problem) {
    this.problem = `The engine cannot run in this browser: ${problem}`;
    for (const job of [...this.asked.values(), ...this.waiting]) job.reject(new Error(this.problem));
    this.asked.clear();
    this.waiting = [];
  }
}
