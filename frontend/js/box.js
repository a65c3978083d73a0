export const boxes = () => ({});
