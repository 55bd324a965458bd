// What a worker does: it takes the engine once, then one block of runs after another.

const started = new Promise((begin) => {
  onmessage = async ({ data }) => {
    if (data.module) {
      try {
        const { instance } = await WebAssembly.instantiate(data.module, {});
        begin(new Engine(instance, data.table));
      } catch (error) {
        postMessage({ problem: error.message });
      }
      return;
    }
    const engine = await started;
    try {
      const result = data.asked.matrices ? { launch: engine.launch(data.asked) } : engine.live(data.asked);
      postMessage({ id: data.id, result }, arraysIn(result).map((values) => values.buffer));
    } catch (error) {
      postMessage({ id: data.id, error: error.message });
    }
  };
});

const arraysIn = ({ measures, regimes, columns, held, launch }) => [measures, regimes, columns, launch, ...Object.values(held ?? {})].filter(Boolean).map((part) => part.values);
