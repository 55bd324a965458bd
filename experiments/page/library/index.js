// What the page takes from others, and nothing more; a new name here needs a new build.

import { quantileSorted } from "d3-array";
import { scaleBand, scaleLinear, scalePoint, scaleUtc } from "d3-scale";
import { area, line, symbol, symbolCircle, symbolCross, symbolDiamond2, symbolSquare, symbolTriangle } from "d3-shape";
import { strToU8, zipSync } from "fflate";

window.d3 = {
  area, line, quantileSorted, scaleBand, scaleLinear, scalePoint, scaleUtc,
  symbol, symbolCircle, symbolCross, symbolDiamond2, symbolSquare, symbolTriangle,
};
window.fflate = { strToU8, zipSync };
