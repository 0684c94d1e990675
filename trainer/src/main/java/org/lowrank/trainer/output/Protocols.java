package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.List;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report.Card;
import org.lowrank.trainer.experiment.Protocol;
import org.lowrank.trainer.experiment.StudySettings;

/** What the pages of the experiments around Figure 3 have in common. */
final class Protocols {
    private Protocols() {}

    /** The protocol's key values, and the experiment's own before them. */
    static List<Card> cards(StudySettings settings, Card... own) {
        Protocol p = settings.protocol();
        List<Card> cards = new ArrayList<>(List.of(own));
        cards.add(new Card("Samples per task", NumberText.exact(p.samples())));
        cards.add(new Card("Steps", NumberText.exact(p.steps())));
        cards.add(new Card("η", NumberText.exact(p.stepSize())));
        cards.add(new Card("Draws", Integer.toString(p.draws())));
        return cards;
    }
}
