package org.lowrank.machine.memory;

class PlainWeightedFloatsTest extends WeightedFloatsTest {
    @Override
    WeightedFloats sum() {
        return new PlainWeightedFloats();
    }
}
