/** The last of the few has begun by then: a long one at the end would be waited for by all. */
const SHARE = 0.8;

/** Both in their order, the few spread evenly over the beginning of the many, the first of them in front. */
module.exports.spread = function spread(few, many) {
  const apart = (SHARE * (few.length + many.length)) / few.length;
  const [left, among] = [[...few], [...many]];
  const all = [];
  for (let next = 0; left.length + among.length > 0;) {
    const isTurn = left.length > 0 && (all.length >= next || among.length === 0);
    if (isTurn) next += apart;
    all.push((isTurn ? left : among).shift());
  }
  return all;
};
