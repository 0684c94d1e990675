package org.lowrank.reports;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** An SVG whose text has become outlines, so that it needs no font. */
final class Outlined {
    private static final List<String> KEPT = List.of("transform", "fill", "opacity");

    private Outlined() {}

    static String svg(String svg, String title) {
        Document document = parse(svg);
        NodeList texts = document.getElementsByTagName("text");
        while (texts.getLength() > 0) {
            Element text = (Element) texts.item(0);
            text.getParentNode().replaceChild(outline(document, text), text);
        }
        Element name = document.createElement("title");
        name.setTextContent(Ink.inXml(title));
        Element root = document.getDocumentElement();
        root.insertBefore(name, root.getFirstChild());
        return written(document);
    }

    /** Vega writes place, size, anchor and weight of a text as attributes, and its baseline into the place. */
    private static Element outline(Document document, Element text) {
        Element path = document.createElement("path");
        String anchor = text.getAttribute("text-anchor");
        double size = Double.parseDouble(text.getAttribute("font-size").replace("px", ""));
        Outlines outlines = Outlines.of(text.getTextContent(), size, isBold(text.getAttribute("font-weight")));
        path.setAttribute("d", outlines.at(0, 0, anchor.isEmpty() ? "start" : anchor));
        for (String attribute : KEPT) {
            if (text.hasAttribute(attribute)) {
                path.setAttribute(attribute, text.getAttribute(attribute));
            }
        }
        return path;
    }

    /** CSS weights: {@code bold}, or a number from 600. */
    static boolean isBold(String weight) {
        return weight.equals("bold") || weight.matches("[6-9]\\d\\d(\\.0)?");
    }

    private static Document parse(String svg) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            byte[] bytes = Ink.inXml(svg).getBytes(StandardCharsets.UTF_8);
            return factory.newDocumentBuilder().parse(new ByteArrayInputStream(bytes));
        } catch (ParserConfigurationException | SAXException e) {
            throw new IllegalStateException("figure: the SVG just drawn cannot be read", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // an array never fails
        }
    }

    private static String written(Document document) {
        try {
            Transformer transformer = TransformerFactory.newInstance().newTransformer();
            transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
            StringWriter text = new StringWriter();
            transformer.transform(new DOMSource(document), new StreamResult(text));
            return text.append('\n').toString();
        } catch (TransformerException e) {
            throw new IllegalStateException("figure: the SVG just drawn cannot be written", e);
        }
    }
}
