// Preloaded (`node --import`) into a program that is to take now for another time: CHANCERY_TEST_CLOCK_MS milliseconds from it.
const ahead = Number(process.env.CHANCERY_TEST_CLOCK_MS ?? 0);
const RealDate = Date;

globalThis.Date = class Date extends RealDate {
  constructor(...values) {
    if (values.length === 0) super(RealDate.now() + ahead);
    else super(...values);
  }

  static now() {
    return RealDate.now() + ahead;
  }
};
