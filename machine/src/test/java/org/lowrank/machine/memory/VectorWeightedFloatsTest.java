package org.lowrank.machine.memory;

class VectorWeightedFloatsTest extends WeightedFloatsTest {
    @Override
    WeightedFloats sum() {
        return new VectorWeightedFloats();
    }
}
