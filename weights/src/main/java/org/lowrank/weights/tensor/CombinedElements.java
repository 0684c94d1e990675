package org.lowrank.weights.tensor;

import java.io.IOException;

/** Two arrays of one shape, combined element by element. */
record CombinedElements(Operation operation, Elements left, Elements right) implements Elements {
    enum Operation {
        TIMES,
        OVER,
        PLUS,
        MINUS
    }

    @Override
    public int digits() {
        int sum = Math.max(left.digits(), right.digits()) + 1;
        return switch (operation) {
            case TIMES -> left.digits() + right.digits();
            case OVER -> right instanceof ConstantElements && right.digits() == 1 ? left.digits() : 53;
            case PLUS, MINUS -> whole() ? sum : 53;
        };
    }

    @Override
    public boolean whole() {
        return operation != Operation.OVER && left.whole() && right.whole();
    }

    @Override
    public Reader open() throws IOException {
        Reader first = left.open();
        try {
            return new Both(operation, first, right.open());
        } catch (IOException | RuntimeException e) {
            first.close();
            throw e;
        }
    }

    private static final class Both implements Reader {
        private final Operation operation;
        private final Reader left;
        private final Reader right;
        private double[] others = new double[0];

        Both(Operation operation, Reader left, Reader right) {
            this.operation = operation;
            this.left = left;
            this.right = right;
        }

        @Override
        public void read(long index, long step, int count, double[] out, int at) throws IOException {
            if (others.length < count) {
                others = new double[count];
            }
            left.read(index, step, count, out, at);
            right.read(index, step, count, others, 0);
            for (int i = 0; i < count; i++) {
                double a = out[at + i];
                double b = others[i];
                out[at + i] = switch (operation) {
                    case TIMES -> a * b;
                    case OVER -> a / b;
                    case PLUS -> a + b;
                    case MINUS -> a - b;
                };
            }
        }

        @Override
        public void close() {
            left.close();
            right.close();
        }
    }
}
